package dev.ckpt.rstr;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.backend.FaultServer;
import dev.ckpt.core.backend.LazyRange;
import dev.ckpt.core.backend.LazyTask;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.image.ImageTrust;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Userfaultfd;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.Limits;
import dev.ckpt.format.PageStream;
import dev.ckpt.format.SelectedPages;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.MemoryObject;
import dev.ckpt.format.record.Mempolicy;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaGuard;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A restore whose task runs before it has all of its pages: which come later, and which are there
 * from the first instruction on.
 *
 * <p>Later come those of private anonymous memory. A stack is needed at once. Pages that are locked
 * must be there. A child would get pages of what it is to find wiped (MADV_WIPEONFORK). Under a
 * memory policy they would come from the nodes of whoever serves them.
 */
final class LazyMemory implements NewMemory, AutoCloseable {
  /** Less is not worth a registration. */
  private static final long LEAST_BYTES = 16 << 10;

  private final RestartOptions.LazyImage file;

  /** Of it: belongs to the server when there is one. */
  private final Fd fd;

  private final ImageState state;
  private final ImageChain image;
  private final int mm;
  private final Set<Vma> vmas = new LinkedHashSet<>();
  private boolean served;
  private Optional<FaultServer> server = Optional.empty();

  private LazyMemory(RestartOptions.LazyImage file, Fd fd, ImageState state, ImageChain image)
      throws CorruptImageException {
    this.file = file;
    this.fd = fd;
    this.state = state;
    this.image = image;
    this.mm = state.mmObjref();
  }

  /**
   * Opens the image of a state that was read.
   *
   * @throws UnsupportedStateException if pages cannot be served here, or of such an image
   */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static LazyMemory open(RestartOptions options, ImageState state) throws IOException {
    Backends.faultServer();
    RestartOptions.LazyImage file = options.lazy().orElseThrow();
    if (!Files.isRegularFile(file.path())) {
      throw refused("the image " + file.path() + " is no file", "copy it into one");
    }
    Fd fd =
        file.trusting()
            ? Fd.open(file.path().toString(), Fcntl.O_RDONLY)
            : ImageTrust.openFd(file.path());
    boolean opened = false;
    try {
      LazyMemory memory = new LazyMemory(file, fd, state, open(file, fd, options, state));
      opened = true;
      return memory;
    } finally {
      if (!opened) {
        fd.close();
      }
    }
  }

  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  private static ImageChain open(
      RestartOptions.LazyImage file, Fd fd, RestartOptions options, ImageState state)
      throws IOException {
    ImageFile image = ImageFile.open(ImageTrust.pathOf(fd), KeySource.NONE);
    try {
      if (!image.header().uuid().equals(state.header().uuid())) {
        throw refused("the image " + file.path() + " was replaced meanwhile", "try again");
      }
      return ImageChain.from(image, file.path().toString(), state, options.parents());
    } catch (IOException | RuntimeException e) {
      try (image) {
        throw e;
      }
    }
  }

  /** That pages cannot come later. */
  static UnsupportedStateException refused(String what, String remedy) {
    return new UnsupportedStateException(
        List.of(new Refusal(RefusalCode.LAZY_PAGES, what, remedy)));
  }

  /** NB: signal frames that return into an old vdso are looked for in all pages. */
  @Override
  public PageStream pages(RstrContext context) throws CkptException {
    if (context.vdso().frames().isEmpty() && state.all(Mempolicy.class).isEmpty()) {
      state.all(Vma.class).stream().filter(this::isCandidate).forEach(vmas::add);
    }
    return new SelectedPages(image, eager());
  }

  private boolean isCandidate(Vma vma) {
    return vma.kind() == VmaKind.ANON_PRIVATE
        && vma.lenBytes() >= LEAST_BYTES
        && !vma.has(VmFlag.LO)
        && !vma.has(VmFlag.HT)
        && !vma.has(VmFlag.GD)
        && !vma.has(VmFlag.WF)
        && state.all(VmaGuard.class).stream()
            .noneMatch(guard -> guard.start() < vma.end() && vma.start() < guard.end());
  }

  @Override
  public boolean comesLater(Vma vma) {
    return vmas.contains(vma);
  }

  private List<SelectedPages.Range> eager() {
    List<SelectedPages.Range> ranges = new ArrayList<>();
    for (Vma vma : state.all(Vma.class)) {
      if (!vma.kind().isKernels() && !comesLater(vma)) {
        ranges.add(new SelectedPages.Range(mm, vma.start(), vma.end()));
      }
    }
    state
        .shared(MemoryObject.class)
        .forEach((owner, object) -> addAll(owner, object.size(), ranges));
    // Of those that are embedded.
    state.shared(FileRef.class).forEach((owner, ref) -> addAll(owner, ref.size(), ranges));
    return ranges;
  }

  private static void addAll(int owner, long sizeBytes, List<SelectedPages.Range> ranges) {
    long end = (sizeBytes + Limits.PAGE_SIZE - 1) & -Limits.PAGE_SIZE;
    ranges.add(new SelectedPages.Range(owner, 0, end));
  }

  @Override
  public void serveRest(RstrContext context, BatchRunner run) throws IOException {
    if (vmas.isEmpty()) {
      return;
    }
    int pid = context.leader().pid();
    Fd userfault =
        Userfault.openToServe(run, pid)
            .orElseThrow(
                () ->
                    refused(
                        "no userfaultfd with events can be had in the new task",
                        "run as root; or restore without --pages lazy"));
    List<LazyRange> ranges = new ArrayList<>();
    try {
      for (Vma vma : vmas) {
        Userfaultfd.register(
            userfault, vma.start(), vma.lenBytes(), Userfaultfd.UFFDIO_REGISTER_MODE_MISSING);
        ranges.add(new LazyRange(vma.start(), vma.end(), mm, vma.start()));
      }
    } catch (SyscallException e) {
      userfault.close();
      throw e;
    }
    LazyTask task =
        new LazyTask(
            pid,
            state.header().uuid(),
            userfault,
            fd,
            file.path(),
            file.trusting(),
            file.maxRate(),
            ranges);
    served = true;
    FaultServer begun = Backends.faultServer().serve(task);
    server = Optional.of(begun);
    context.onFailure(begun::close);
  }

  @Override
  public Optional<FaultServer> server() {
    return server;
  }

  @Override
  public void close() throws IOException {
    if (!served) {
      fd.close();
    }
    image.close();
  }
}
