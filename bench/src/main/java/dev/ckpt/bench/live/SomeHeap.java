package dev.ckpt.bench.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** A Java program with something on its heap: {@code SomeHeap MIB READY}. */
final class SomeHeap {
  private static final int PIECE_BYTES = 1024;

  private SomeHeap() {}

  /** Fills the heap, makes the file, and waits. */
  public static void main(String[] arguments) throws IOException {
    Random random = new Random(1);
    List<byte[]> pieces = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(arguments[0]) * 1024; i++) {
      byte[] piece = new byte[PIECE_BYTES];
      random.nextBytes(piece);
      pieces.add(piece);
    }
    Files.createFile(Path.of(arguments[1]));
    while (!pieces.isEmpty()) {
      LockSupport.parkNanos(1_000_000);
    }
  }
}
