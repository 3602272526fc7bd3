package dev.ckpt.core.image;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FdChannel;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.core.kernel.NewerFeature;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.format.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * An image file: written without a name and linked under it when it is whole. The link refuses to
 * overwrite; with {@code force} the name is taken over by a rename instead.
 */
public final class ImageFileOutput implements ImageOutput {
  private static final int OWNER_ONLY = 0600;
  private static final int SEEK_SET = 0;

  private final ImagePlace place;
  private final Path temporary;
  private final boolean force;
  private final Fd fd;
  private final FdChannel file;
  private final WritableByteChannel channel = new Explained();
  private Optional<ImageWindow> window = Optional.empty();

  /** Where the next byte goes. */
  private long position;

  /** Whether the descriptor is not there. */
  private boolean behind;

  /** Whether its end may be a hole, which only a length can say. */
  private boolean holes;

  private boolean named;
  private boolean synced;
  private boolean published;

  private ImageFileOutput(ImagePlace place, Path temporary, boolean force, Fd fd, boolean named) {
    this.place = place;
    this.temporary = temporary;
    this.force = force;
    this.fd = fd;
    this.named = named;
    this.file = new FdChannel(fd);
  }

  /**
   * Begins an image in the folder where it will stand.
   *
   * @param force whether an existing file of that name may be replaced
   */
  @MustBeClosed
  public static ImageFileOutput create(Path path, boolean force) throws IOException {
    return create("image", path, force);
  }

  /**
   * The same of what is made of an image.
   *
   * @param what people call it, for errors
   */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  public static ImageFileOutput create(String what, Path path, boolean force) throws IOException {
    ImagePlace place = ImagePlace.of(what, path, force);
    // A name of its own: of any length the image's may have, and beside what others left.
    Path temporary = place.folder().resolve(".ckpt-part-" + UUID.randomUUID());
    try {
      NewerFeature.O_TMPFILE.failIfHidden();
      Fd nameless = open(place.folder(), Fcntl.O_TMPFILE);
      return new ImageFileOutput(place, temporary, force, nameless, false);
    } catch (SyscallException e) {
      if (e.errno() != Errno.EOPNOTSUPP && e.errno() != Errno.EISDIR && e.errno() != Errno.EINVAL) {
        throw place.explain(e);
      }
    }
    // This file system has no nameless files.
    try {
      Fd partial = open(temporary, Fcntl.O_CREAT | Fcntl.O_EXCL);
      return new ImageFileOutput(place, temporary, force, partial, true);
    } catch (SyscallException e) {
      throw place.explain(e);
    }
  }

  /** NB: a umask takes rights away from what open(2) is given. */
  @MustBeClosed
  // What is opened here belongs to the caller.
  @SuppressWarnings("MustBeClosedChecker")
  private static Fd open(Path path, int flags) throws SyscallException {
    Fd file = Fd.open(Files.bytes(path.toString()), flags | Fcntl.O_RDWR, OWNER_ONLY);
    boolean done = false;
    try {
      Files.setMode(file, OWNER_ONLY);
      done = true;
      return file;
    } finally {
      if (!done) {
        file.close();
      }
    }
  }

  @Override
  public WritableByteChannel channel() {
    return channel;
  }

  @Override
  public void skip(long lenBytes) {
    position += lenBytes;
    behind = true;
    holes = true;
  }

  @Override
  public Optional<ImageWindow> window(long lenBytes) throws IOException {
    // NB: what is dirtied beyond that, the disk would get twice: now, and when the pages are there.
    long most = ProcFs.vmstat().room() * Limits.PAGE_SIZE;
    window = ImageWindow.open(fd, Math.min(lenBytes, most));
    return window;
  }

  @Override
  public void sync() throws IOException {
    try {
      trim();
      Files.sync(fd);
    } catch (SyscallException e) {
      throw place.explainWrite(e);
    }
    synced = true;
  }

  @Override
  public boolean isPrompt() {
    return true;
  }

  @Override
  public void publish() throws IOException {
    byte[] name = Files.bytes(place.path().toString());
    try {
      trim();
      giveName(name);
    } catch (SyscallException e) {
      throw place.explain(e);
    }
    published = true;
    if (synced) {
      syncName();
    }
  }

  /** The file once more, to read what was written, published or not; the caller closes it. */
  @MustBeClosed
  public FileChannel reopen() throws IOException {
    return FileChannel.open(Path.of("/proc/self/fd/" + fd.number()));
  }

  /** Makes it as long as what was written: a window is longer, and a hole at the end is not. */
  public void trim() throws SyscallException {
    if (window.isPresent() || holes) {
      Files.truncate(fd, position);
    }
  }

  private void syncName() throws IOException {
    String folder = place.folder().toString();
    try (Fd directory = Fd.open(folder, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY)) {
      Files.sync(directory);
    } catch (SyscallException e) {
      throw place.explainWrite(e);
    }
  }

  private void giveName(byte[] name) throws SyscallException {
    byte[] part = Files.bytes(temporary.toString());
    if (!force) {
      if (named) {
        rename(part, name);
      } else {
        Files.link(fd, name);
      }
      return;
    }
    if (!named) {
      Files.link(fd, part);
      named = true;
    }
    Files.rename(part, name);
  }

  private void rename(byte[] part, byte[] name) throws SyscallException {
    try {
      Files.renameNoReplace(part, name);
    } catch (SyscallException e) {
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
      // NB: link and unlink, not the old rename, which would overwrite.
      Files.link(fd, name);
      Files.unlink(part);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
    if (named && !published) {
      named = false;
      removePart();
    }
  }

  private void removePart() throws SyscallException {
    try {
      Files.unlink(Files.bytes(temporary.toString()));
    } catch (SyscallException e) {
      // Somebody was faster, with the whole folder perhaps.
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /** Says what it means that it cannot be written on. */
  private final class Explained implements WritableByteChannel {
    @Override
    public int write(ByteBuffer source) throws IOException {
      try {
        int len = source.remaining();
        if (window.isEmpty() || !window.get().put(source, position)) {
          if (behind) {
            Files.seek(fd, position, SEEK_SET);
            behind = false;
          }
          len = file.write(source);
        } else {
          behind = true;
        }
        position += len;
        return len;
      } catch (SyscallException e) {
        throw place.explainWrite(e);
      }
    }

    @Override
    public boolean isOpen() {
      return file.isOpen();
    }

    @Override
    public void close() {
      file.close();
    }
  }
}
