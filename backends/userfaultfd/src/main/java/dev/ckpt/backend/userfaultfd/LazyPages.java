package dev.ckpt.backend.userfaultfd;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.image.ImageTrust;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.NativeBuffer;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.ParentFiles;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The pages of an image and of all that it builds on, found by their addresses.
 *
 * <p>Threading: one thread at a time; each thread has its own.
 */
final class LazyPages implements AutoCloseable {
  /** The most that is read at once: the pages of the largest array. */
  static final int BLOCK_BYTES = 1 << 20;

  private final ImageChain chain;
  private final ByteBuffer buffer = NativeBuffer.allocatePages(BLOCK_BYTES, 4096).view();
  private final long address = NativeBuffer.addressOf(buffer);
  private final List<PageRun> runs = new ArrayList<>();

  private LazyPages(ImageChain chain) {
    this.chain = chain;
  }

  /**
   * Opens an image.
   *
   * @param file of it, ours already; stays open
   * @param path that its parents are looked for beside
   * @param trusting whether those may be another user's
   */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static LazyPages open(Fd file, Path path, boolean trusting) throws IOException {
    ImageFile image = ImageFile.open(ImageTrust.pathOf(file), KeySource.NONE);
    try {
      ImageState state = image.state();
      Optional<Path> folder = Optional.ofNullable(path.toAbsolutePath().getParent());
      ParentFiles.Opener opener = trusting ? FileChannel::open : ImageTrust::open;
      return new LazyPages(
          ImageChain.from(
              image, path.toString(), state, new ParentFiles(folder, opener, KeySource.NONE)));
    } catch (IOException | RuntimeException e) {
      try (image) {
        throw e;
      }
    }
  }

  /**
   * Reads what there is of a range.
   *
   * @param lenBytes at most BLOCK_BYTES
   * @return runs in ascending order; the pages of the DATA ones stand behind each other at {@link
   *     #address}, all else is zero
   */
  List<PageRun> read(int owner, long addr, long lenBytes) throws IOException {
    runs.clear();
    buffer.clear();
    long end = addr + lenBytes;
    for (long at = addr; at < end; ) {
      at = chain.read(owner, at, end, buffer, this::add);
    }
    return runs;
  }

  private void add(PageRun run) {
    if (run.kind() == PageKind.DATA) {
      runs.add(run);
    }
  }

  /** Where the pages stand that were read last. */
  long address() {
    return address;
  }

  /** Size of a run in bytes. */
  static long lenBytes(PageRun run) {
    return run.nrPages() * PageRange.PAGE_SIZE;
  }

  @Override
  public void close() throws IOException {
    chain.close();
  }
}
