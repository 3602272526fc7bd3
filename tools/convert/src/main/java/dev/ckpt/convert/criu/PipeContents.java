package dev.ckpt.convert.criu;

import dev.ckpt.convert.OutputFolder;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.Pipe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is in pipes: pipes-data.img, and of named ones fifo-data.img. */
final class PipeContents {
  private static final int DEFAULT_PIPE_BYTES = 65536;

  private PipeContents() {}

  /**
   * Writes the content of pipes.
   *
   * @param pipes by their numbers; no file is made of none
   */
  static void write(Map<Integer, Pipe> pipes, ImgKind kind, OutputFolder folder)
      throws IOException {
    if (pipes.isEmpty()) {
      return;
    }
    try (ImgWriter out = ImgWriter.create(folder, kind, kind.file())) {
      for (Map.Entry<Integer, Pipe> pipe : pipes.entrySet()) {
        List<ByteString> buffers = pipe.getValue().buffers();
        int lenBytes = buffers.stream().mapToInt(ByteString::length).sum();
        out.write(
            Criu.PipeData.newBuilder()
                .setPipeId(pipe.getKey())
                .setBytes(lenBytes)
                .setSize(pipe.getValue().capacityBytes())
                .build());
        for (ByteString buffer : buffers) {
          out.writeRaw(ByteBuffer.wrap(buffer.toByteArray()));
        }
      }
    }
  }

  /** Reads the content of pipes, by their numbers. */
  static Map<Integer, Pipe> read(CriuFolder folder, ImgKind kind) throws IOException {
    Map<Integer, Pipe> content = new HashMap<>();
    try (ImgReader in = ImgReader.open(folder.folder(), kind, kind.file())) {
      Optional<Criu.PipeData> next = in.next(Criu.PipeData.parser());
      while (next.isPresent()) {
        Criu.PipeData data = next.get();
        long lenBytes = Integer.toUnsignedLong(data.getBytes());
        if (lenBytes > Math.min(in.left(), Limits.MAX_PIPE_BYTES)) {
          throw in.bad("bytes", "at most what is left of the file", Long.toString(lenBytes));
        }
        byte[] bytes = new byte[(int) lenBytes];
        in.readFully(ByteBuffer.wrap(bytes));
        content.put(data.getPipeId(), pipe(data, bytes));
        next = in.next(Criu.PipeData.parser());
      }
    }
    return content;
  }

  private static Pipe pipe(Criu.PipeData data, byte[] bytes) {
    List<ByteString> buffers = new ArrayList<>();
    ByteString all = ByteString.of(bytes);
    for (int at = 0; at < all.length(); at += Limits.PAGE_SIZE) {
      buffers.add(all.substring(at, Math.min(all.length(), at + Limits.PAGE_SIZE)));
    }
    int capacity = data.hasSize() ? data.getSize() : DEFAULT_PIPE_BYTES;
    return new Pipe(Integer.toUnsignedLong(data.getPipeId()), capacity, false, buffers);
  }

  /** One of which nothing is said: it is empty. */
  static Pipe empty(int number) {
    return new Pipe(Integer.toUnsignedLong(number), DEFAULT_PIPE_BYTES, false, List.of());
  }
}
