package dev.ckpt.core.image;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FdChannel;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * An image file: written without a name and linked under it when it is whole. The link refuses to
 * overwrite; with {@code force} the name is taken over by a rename instead.
 */
public final class ImageFileOutput implements ImageOutput {
  private static final int OWNER_ONLY = 0600;

  private final Path path;
  private final Path temporary;
  private final boolean force;
  private final Fd fd;
  private final FdChannel channel;
  private boolean named;
  private boolean published;

  private ImageFileOutput(Path path, Path temporary, boolean force, Fd fd, boolean named) {
    this.path = path;
    this.temporary = temporary;
    this.force = force;
    this.fd = fd;
    this.named = named;
    this.channel = new FdChannel(fd, "image " + path);
  }

  /**
   * Begins an image in the folder where it will stand.
   *
   * @param force whether an existing file of that name may be replaced
   */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  public static ImageFileOutput create(Path path, boolean force) throws IOException {
    Path absolute = path.toAbsolutePath();
    if (java.nio.file.Files.isDirectory(absolute)) {
      throw refused(Code.IMAGE_IS_FOLDER, path, "name a file in it");
    }
    if (java.nio.file.Files.exists(absolute, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      refuseTaken(path, absolute, force);
    }
    Path folder = absolute.getParent();
    if (folder == null || !java.nio.file.Files.isDirectory(folder)) {
      throw refused(Code.IMAGE_NO_FOLDER, path, "make the folder " + folder + " first");
    }
    // A name of its own: of any length the image's may have, and beside what others left.
    Path temporary = folder.resolve(".ckpt-part-" + UUID.randomUUID());
    try {
      Fd nameless =
          Fd.open(Files.bytes(folder.toString()), Fcntl.O_TMPFILE | Fcntl.O_RDWR, OWNER_ONLY);
      return new ImageFileOutput(absolute, temporary, force, nameless, false);
    } catch (SyscallException e) {
      if (e.errno() != Errno.EOPNOTSUPP && e.errno() != Errno.EISDIR && e.errno() != Errno.EINVAL) {
        throw explain(e, path, folder);
      }
    }
    // This file system has no nameless files.
    try {
      Fd partial =
          Fd.open(
              Files.bytes(temporary.toString()),
              Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_RDWR,
              OWNER_ONLY);
      return new ImageFileOutput(absolute, temporary, force, partial, true);
    } catch (SyscallException e) {
      throw explain(e, path, folder);
    }
  }

  /** NB: a rename takes the place of a device as well, and the next one that needs it finds us. */
  private static void refuseTaken(Path path, Path absolute, boolean force) throws CkptException {
    if (!java.nio.file.Files.isRegularFile(absolute, java.nio.file.LinkOption.NOFOLLOW_LINKS)
        && !java.nio.file.Files.isSymbolicLink(absolute)) {
      throw refused(Code.IMAGE_NOT_FILE, path, "choose another name: what has this one is no file");
    }
    if (!force) {
      throw refused(Code.IMAGE_EXISTS, path, "choose another name or give --force");
    }
  }

  private static CkptException explain(SyscallException e, Path path, Path folder) {
    return switch (e.errno()) {
      case Errno.EACCES, Errno.EPERM, Errno.EROFS, Errno.ENOENT ->
          refused(
              Code.IMAGE_NOT_WRITABLE,
              path,
              "no file can be made in " + folder + ", " + Errno.describe(e.errno()));
      default -> e;
    };
  }

  private static UnsupportedStateException refused(Code code, Path path, String remedy) {
    return new UnsupportedStateException(List.of(new Refusal(code, "image " + path, remedy)));
  }

  @Override
  public WritableByteChannel channel() {
    return channel;
  }

  @Override
  public void publish() throws IOException {
    byte[] name = Files.bytes(path.toString());
    byte[] part = Files.bytes(temporary.toString());
    if (!force) {
      if (named) {
        // NB: link and unlink, not rename: rename would overwrite.
        java.nio.file.Files.createLink(path, temporary);
        Files.unlink(part);
      } else {
        Files.link(fd, name);
      }
    } else {
      if (!named) {
        Files.link(fd, part);
        named = true;
      }
      Files.rename(part, name);
    }
    published = true;
  }

  @Override
  public void sync() throws IOException {
    Files.sync(fd);
    Path folder = path.getParent();
    try (Fd directory = Fd.open(folder.toString(), Fcntl.O_RDONLY | Fcntl.O_DIRECTORY)) {
      Files.sync(directory);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    if (named && !published) {
      named = false;
      Files.unlink(Files.bytes(temporary.toString()));
    }
  }
}
