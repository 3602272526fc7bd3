package dev.ckpt.convert.criu;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.convert.OutputFolder;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.GhostFolder;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes a file without a name and its content, in pieces between which it is zero. */
final class GhostContent implements AutoCloseable {
  private static final long NANOS = 1_000_000_000;
  private static final long NANOS_PER_MICRO = 1000;

  private final ImgWriter out;
  private final long size;

  @MustBeClosed
  @SuppressWarnings("MustBeClosedChecker") // what is opened here belongs to what is returned
  static GhostContent create(OutputFolder folder, int id, GhostFile file) throws IOException {
    ImgWriter out = ImgWriter.create(folder, ImgKind.GHOST_FILE, ImgKind.ghostFile(id));
    boolean done = false;
    try {
      out.write(entry(file));
      done = true;
      return new GhostContent(out, file.size());
    } finally {
      if (!done) {
        out.close();
      }
    }
  }

  /** Writes a folder without a name, in which nothing is. */
  static void writeFolder(OutputFolder folder, int id, GhostFolder ghost) throws IOException {
    Criu.GhostFile entry =
        Criu.GhostFile.newBuilder()
            .setUid(ghost.uid())
            .setGid(ghost.gid())
            .setMode(ghost.mode())
            .build();
    ImgWriter.writeOne(folder, ImgKind.GHOST_FILE, ImgKind.ghostFile(id), entry);
  }

  private GhostContent(ImgWriter out, long size) {
    this.out = out;
    this.size = size;
  }

  private static Criu.GhostFile entry(GhostFile file) {
    Criu.Timeval time =
        Criu.Timeval.newBuilder()
            .setTvSec(Math.floorDiv(file.mtimeNanos(), NANOS))
            .setTvUsec(Math.floorMod(file.mtimeNanos(), NANOS) / NANOS_PER_MICRO)
            .build();
    return Criu.GhostFile.newBuilder()
        .setUid(file.uid())
        .setGid(file.gid())
        .setMode(file.mode())
        .setDev((int) file.dev())
        .setIno(file.ino())
        .setAtim(time)
        .setMtim(time)
        .setChunks(true)
        .setSize(file.size())
        .build();
  }

  /** Writes pages, which are consumed; what lies behind the end of the file is not written. */
  void data(long offset, ByteBuffer bytes) throws IOException {
    long left = Math.min(bytes.remaining(), size - offset);
    if (left > 0) {
      out.write(Criu.GhostChunk.newBuilder().setOff(offset).setLen(left).build());
      out.writeRaw(bytes.slice(bytes.position(), (int) left));
    }
    bytes.position(bytes.limit());
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
