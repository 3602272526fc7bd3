package dev.ckpt.tests;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The memory in a core file, whoever wrote that. */
final class CoreSegments implements AutoCloseable {
  private static final int PT_LOAD = 1;
  private static final int PHDR_BYTES = 56;

  /** A PT_LOAD. */
  record Load(long addr, long memBytes, long fileBytes, int flags, long offset) {
    /** What a core of another moment has alike. */
    String shape() {
      return String.format("%x %x %x %d", addr, memBytes, fileBytes, flags);
    }
  }

  private final FileChannel file;
  private final List<Load> loads = new ArrayList<>();

  CoreSegments(Path core) throws IOException {
    file = FileChannel.open(core);
    ByteBuffer header = read(0, 64);
    int nr = header.getShort(56) & 0xffff;
    for (int i = 0; i < nr; i++) {
      ByteBuffer raw = read(header.getLong(32) + i * PHDR_BYTES, PHDR_BYTES);
      if (raw.getInt(0) == PT_LOAD) {
        loads.add(
            new Load(
                raw.getLong(16), raw.getLong(40), raw.getLong(32), raw.getInt(4), raw.getLong(8)));
      }
    }
  }

  private ByteBuffer read(long offset, int len) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(len).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (file.read(bytes, offset + bytes.position()) < 0) {
        throw new IOException("the core ends at " + (offset + bytes.position()));
      }
    }
    return bytes.flip();
  }

  List<Load> loads() {
    return loads;
  }

  /** The bytes of a page; nothing if the core does not have it. */
  ByteBuffer page(long addr) throws IOException {
    for (Load load : loads) {
      if (addr >= load.addr() && addr < load.addr() + load.fileBytes()) {
        return read(load.offset() + addr - load.addr(), 4096);
      }
    }
    return ByteBuffer.allocate(0);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
