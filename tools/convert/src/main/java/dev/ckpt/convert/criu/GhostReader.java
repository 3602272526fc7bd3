package dev.ckpt.convert.criu;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.convert.InputFolder;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.GhostFile;
import java.io.IOException;
import java.util.Optional;

/** Reads a file without a name and its content. */
final class GhostReader {
  private static final long NANOS_PER_MICRO = 1000;

  private GhostReader() {}

  /** What it is, without its content. */
  static Criu.GhostFile entry(InputFolder folder, int id) throws IOException {
    try (ImgReader in = open(folder, id)) {
      return in.only(Criu.GhostFile.parser());
    }
  }

  static GhostFile file(InputFolder folder, int id, ByteString path) throws IOException {
    try (ImgReader in = open(folder, id)) {
      Criu.GhostFile ghost = in.only(Criu.GhostFile.parser());
      long size = ghost.getChunks() ? ghost.getSize() : in.left();
      int type = ghost.getMode() & StatFile.S_IFMT;
      if (type != StatFile.S_IFREG) {
        throw in.bad("mode", "a regular file", Integer.toOctalString(ghost.getMode()));
      }
      long mtime =
          ghost.getMtim().getTvSec() * TaskTimers.NANOS
              + ghost.getMtim().getTvUsec() * NANOS_PER_MICRO;
      return new GhostFile(
          path,
          Integer.toUnsignedLong(ghost.getDev()),
          ghost.getIno(),
          ghost.getMode(),
          ghost.getUid(),
          ghost.getGid(),
          size,
          mtime);
    }
  }

  @MustBeClosed
  private static ImgReader open(InputFolder folder, int id) throws IOException {
    return ImgReader.open(folder, ImgKind.GHOST_FILE, ImgKind.ghostFile(id));
  }

  /** Writes the content as pages of an owner. */
  static void writePages(InputFolder folder, int id, int owner, ImageWriter image)
      throws IOException {
    try (ImgReader in = open(folder, id)) {
      Criu.GhostFile ghost = in.only(Criu.GhostFile.parser());
      PageArrays arrays = new PageArrays(image, owner);
      if (ghost.getChunks()) {
        writeChunks(in, ghost.getSize(), arrays);
      } else {
        write(in, 0, in.left(), arrays);
      }
      arrays.flush();
    }
  }

  private static void writeChunks(ImgReader in, long size, PageArrays arrays) throws IOException {
    long end = 0;
    for (Optional<Criu.GhostChunk> next = in.next(Criu.GhostChunk.parser());
        next.isPresent();
        next = in.next(Criu.GhostChunk.parser())) {
      long off = next.get().getOff();
      long len = next.get().getLen();
      boolean good =
          off >= end
              && off % Limits.PAGE_SIZE == 0
              && len > 0
              && off <= size
              && len <= size - off
              && len <= in.left();
      if (!good) {
        throw in.bad("chunk", "whole pages behind those before", len + " bytes at " + off);
      }
      write(in, off, len, arrays);
      end = off + len;
    }
  }

  /** Writes bytes from a page boundary on; the last page is filled up with zeros. */
  private static void write(ImgReader in, long off, long len, PageArrays arrays)
      throws IOException {
    long end = off + (len + Limits.PAGE_SIZE - 1 & -Limits.PAGE_SIZE);
    long[] left = {len};
    arrays.add(
        off,
        end,
        into -> {
          int limit = into.limit();
          int lenBytes = (int) Math.min(into.remaining(), left[0]);
          in.readFully(into.limit(into.position() + lenBytes));
          left[0] -= lenBytes;
          into.limit(limit).put(new byte[into.remaining()]);
        });
  }
}
