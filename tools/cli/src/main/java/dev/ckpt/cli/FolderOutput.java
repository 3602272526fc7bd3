package dev.ckpt.cli;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.convert.OutputFolder;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder that appears when all its files are whole, for its owner only. A signal can take it back
 * until then.
 *
 * <p>Threading: any thread may take it back while another writes.
 */
final class FolderOutput implements OutputFolder, Revocation.Revocable, AutoCloseable {
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path path;
  private final Path temporary;
  private final String lastWords;
  private volatile boolean revoked;
  private boolean published;

  private FolderOutput(Path path, Path temporary, String lastWords) {
    this.path = path;
    this.temporary = temporary;
    this.lastWords = lastWords;
  }

  /**
   * Begins a folder beside where it will stand.
   *
   * @param lastWords what is said when it is taken back
   * @throws UnsupportedStateException if something of that name is there, but for an empty folder
   */
  @MustBeClosed
  static FolderOutput create(Path path, String lastWords) throws IOException {
    if (Files.exists(path) && !isEmptyFolder(path)) {
      throw new UnsupportedStateException(
          List.of(
              new Refusal(
                  RefusalCode.IMAGE_EXISTS,
                  path + " is there already, and no folder is replaced",
                  "choose another name or remove it first")));
    }
    Path parent = path.toAbsolutePath().getParent();
    if (!Files.isDirectory(parent)) {
      throw new NoSuchFileException(parent.toString());
    }
    // NB: made by the library with mode 0700.
    Path temporary = Files.createTempDirectory(parent, ".ckpt-part-");
    return new FolderOutput(path, temporary, lastWords);
  }

  private static boolean isEmptyFolder(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (Stream<Path> files = Files.list(path)) {
      return files.findAny().isEmpty();
    }
  }

  @Override
  @MustBeClosed
  public SeekableByteChannel create(String file) throws IOException {
    refuseRevoked();
    Set<StandardOpenOption> options =
        EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return FileChannel.open(temporary.resolve(file), options, OWNER_ONLY);
  }

  /** Waits until all is on the disk. */
  void sync() throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      for (Path file : files.toList()) {
        force(file);
      }
    }
    force(temporary);
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Gives it its name. */
  synchronized void publish() throws IOException {
    refuseRevoked();
    try {
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      throw new CkptException(
          FailureCode.IO_FAILED, "cannot make " + path + ": " + e.getMessage(), e);
    }
    published = true;
  }

  /** Size of all files of a folder together, in bytes. */
  static long lenBytes(Path folder) throws IOException {
    long lenBytes = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        lenBytes += Files.size(file);
      }
    }
    return lenBytes;
  }

  private void refuseRevoked() throws CkptException {
    if (revoked) {
      throw new CkptException(FailureCode.INTERRUPTED, "a signal came before the folder was whole");
    }
  }

  /** Whether it was taken back. */
  @Override
  public boolean revoked() {
    return revoked;
  }

  @Override
  public synchronized boolean interrupt() {
    revoked = !published;
    return revoked;
  }

  @Override
  public void abandon() {
    try {
      close();
    } catch (IOException e) {
      // We are on the way out and the signal has its own exit code: nobody is left to be told.
      revoked = true;
    }
  }

  @Override
  public String lastWords() {
    return lastWords;
  }

  @Override
  public synchronized void close() throws IOException {
    if (!published && Files.exists(temporary)) {
      try (Stream<Path> files = Files.list(temporary)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(temporary);
    }
  }
}
