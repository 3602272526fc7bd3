package dev.ckpt.core.checkpoint;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.proc.FileLock;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Named files that go into the image with their content ({@link EmbedRule}), held open for that.
 */
public final class EmbeddedFiles implements AutoCloseable {
  /**
   * One of them.
   *
   * @param objref of its record
   * @param handle to read it by
   * @param size bytes that are read
   */
  public record Content(int objref, Fd handle, long size) {}

  private final EmbedRule rule;
  private final Map<ByteString, Fd> handles = new HashMap<>();
  private final List<Content> contents = new ArrayList<>();

  EmbeddedFiles(EmbedRule rule) {
    this.rule = rule;
  }

  /** All that were met. */
  public List<Content> all() {
    return contents;
  }

  /** Whether somebody has a write lease on a file, which our opening would break. */
  @FunctionalInterface
  interface Lease {
    /** Looks. */
    boolean isHeld() throws CkptException;
  }

  /**
   * Whether a file is embedded; takes hold of it if so. A small temporary file that cannot be read
   * is left out.
   *
   * @param lease on that file; asked if it is to be embedded
   * @throws UnsupportedStateException if a pattern asks for it and it cannot be had
   */
  boolean take(ByteString path, FileStat stat, Lease lease) throws CkptException {
    String name = new String(path.toByteArray(), StandardCharsets.UTF_8);
    boolean asked = rule.names(name);
    if (stat.type() != FileStat.S_IFREG || !asked && !rule.isTemporary(name, stat)) {
      return false;
    }
    Optional<String> obstacle = hold(path, stat, lease);
    if (obstacle.isPresent() && asked) {
      throw new UnsupportedStateException(
          List.of(
              new Refusal(
                  RefusalCode.EMBED_FILE,
                  path + " is to be embedded and " + obstacle.get(),
                  "leave it out of --embed-files")));
    }
    return obstacle.isEmpty();
  }

  /** Says which record is that of a file that was taken. */
  void saved(ByteString path, int objref, FileStat stat) {
    Fd handle = handles.remove(path);
    if (handle != null) {
      contents.add(new Content(objref, handle, stat.size()));
    }
  }

  // What is opened here belongs to what is kept until close.
  @SuppressWarnings("MustBeClosedChecker")
  private Optional<String> hold(ByteString path, FileStat stat, Lease lease) throws CkptException {
    if (GhostFiles.holdsTooMuch(stat)) {
      return Optional.of("holds more than " + GhostFiles.MAX_DATA_BYTES + " bytes");
    }
    if (lease.isHeld()) {
      return Optional.of("to read it would break a lease");
    }
    Fd handle;
    try {
      handle = Fd.open(path.toByteArray(), Fcntl.O_RDONLY | Fcntl.O_NONBLOCK, 0);
    } catch (SyscallException e) {
      return Optional.of("cannot be read (" + e.getMessage() + ")");
    }
    if (!FileStat.of("/proc/self/fd/" + handle.number()).sameFile(stat)) {
      handle.close();
      return Optional.of("was replaced meanwhile");
    }
    handles.put(path, handle);
    return Optional.empty();
  }

  /**
   * Whether anybody has one on a file that perhaps nobody has open.
   *
   * <p>NB: the kernel has all its CPUs come by before it shows the locks: 5 to 20 ms. The device in
   * /proc/locks may be another than stat(2) tells, so any with its number does.
   */
  static boolean isLeased(FileStat stat) throws CkptException {
    return ProcFs.locks().stream()
        .filter(lock -> lock.type() == FileLock.Type.LEASE || lock.type() == FileLock.Type.DELEG)
        .filter(lock -> lock.access() == FileLock.Access.WRITE)
        .anyMatch(lock -> lock.file().isEmpty() || lock.file().get().ino() == stat.ino());
  }

  @Override
  public void close() {
    handles.values().forEach(Fd::close);
    contents.forEach(content -> content.handle().close());
  }
}
