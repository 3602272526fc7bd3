package dev.ckpt;

import dev.ckpt.core.image.ImageTrust;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.ParentFiles;
import dev.ckpt.rstr.Custody;
import dev.ckpt.rstr.FilesPolicy;
import dev.ckpt.rstr.PidPolicy;
import dev.ckpt.rstr.RestartOptions;
import dev.ckpt.rstr.RestartOptions.PageProgress;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A process that is about to come back from an image:
 *
 * <pre>{@code
 * try (HelperProcess process = Restart.from(Path.of("build.ckpt")).start()) {
 *   process.waitFor();
 * }
 * }</pre>
 *
 * <p>It has its old pid, which must be free here or is free in a namespace of its own. Each method
 * that sets something returns another object and changes nothing. Threading: any.
 */
public final class Restart {
  /** When pages come into memory, and how. */
  private enum Pages {
    FIRST,
    LATER,
    MAPPED
  }

  private final Path image;
  private final RestartOptions options;
  private final boolean trusting;
  private final Pages pages;

  private Restart(Path image, RestartOptions options, boolean trusting, Pages pages) {
    this.image = image;
    this.options = options;
    this.trusting = trusting;
    this.pages = pages;
  }

  /** From an image file; those that it builds on are found beside it, or where they were. */
  public static Restart from(Path image) {
    return new Restart(image, RestartOptions.of(), false, Pages.FIRST);
  }

  private Restart with(RestartOptions changed) {
    return new Restart(image, changed, trusting, pages);
  }

  /**
   * What about files that were open for writing and have changed; newer ones are taken if not said.
   */
  public Restart files(FilesPolicy policy) {
    return with(options.withFiles(policy));
  }

  /**
   * It gets a pid namespace of its own, with its old pid in it: seen from here it has another, and
   * many can run at once. Without CAP_SYS_ADMIN it gets a user namespace as well.
   */
  public Restart inPidNamespace() {
    return with(options.withPids(PidPolicy.NAMESPACE));
  }

  /** A file takes the place of what a descriptor led to. */
  public Restart inheriting(int fd, Path file) {
    Map<Integer, Path> all = new HashMap<>(options.inheritFds());
    all.put(fd, file);
    return with(options.withInheritFds(all));
  }

  /** Asked for the key if the image is sealed; a {@link dev.ckpt.format.SealSecret} is one. */
  public Restart keys(KeySource keys) {
    return with(options.withKeys(keys));
  }

  /** Restores an image too that others may have written: it is a program, and gets our rights. */
  public Restart trustingImage() {
    return new Restart(image, options, true, pages);
  }

  /**
   * Has it run before all of its pages are there: each comes when it is wanted, and the rest
   * meanwhile, on threads of ours. The image must be a file, not sealed, and stay as it is until
   * then; takes root. For large processes: until it runs takes no longer than of a small one.
   */
  public Restart lazily() {
    return new Restart(image, options, trusting, Pages.LATER);
  }

  /**
   * Has its memory mapped from the image, which is a plain file that must stay as it is as long as
   * the process lives. NB: not for every process. Memory that it gives back (MADV_DONTNEED) reads
   * as the image has it, and allocators count on zeros there.
   */
  public Restart mappedUnsafely() {
    return new Restart(image, options, trusting, Pages.MAPPED);
  }

  /** How pages are filled, by the name of a backend; the fastest that works if not said. */
  public Restart backend(String name) {
    return with(options.withBackend(name));
  }

  /** Somebody is told how far it is, on the thread that does the work. */
  public Restart onProgress(PageProgress listener) {
    return with(options.withProgress(listener));
  }

  /**
   * Brings it back as a child of ours. Blocks until it runs.
   *
   * @throws dev.ckpt.core.error.UnsupportedStateException when it cannot be restored here; all that
   *     is wrong is listed, and nothing was created
   * @throws dev.ckpt.error.CkptException when anything else fails; nothing is left
   */
  public HelperProcess start() throws IOException {
    return HelperProcess.restored(restore(Custody.CHILD).pid(), HelperGuard.NONE);
  }

  /** Brings it back as a child of init, in a session of its own; else the same. */
  public ProcessHandle startDetached() throws IOException {
    return ProcessHandle.of(restore(Custody.INIT).pid())
        .orElseThrow(() -> new IOException("the restored process has ended already"));
  }

  private RestartedTask restore(Custody custody) throws IOException {
    ParentFiles.Opener opener = trusting ? FileChannel::open : ImageTrust::open;
    Optional<Path> folder = Optional.ofNullable(image.toAbsolutePath().getParent());
    RestartOptions all =
        options.withCustody(custody).withParents(new ParentFiles(folder, opener, options.keys()));
    if (pages == Pages.LATER) {
      all = all.withLazyPages(new RestartOptions.LazyImage(image, trusting, 0));
    } else if (pages == Pages.MAPPED) {
      all = all.withMappedPages(new RestartOptions.MappedImage(image, trusting));
    }
    try (FileChannel channel = opener.open(image)) {
      return dev.ckpt.rstr.Restart.restore(all, channel);
    }
  }
}
