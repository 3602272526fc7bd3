package dev.ckpt.rstr;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.backend.FaultServer;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.image.ImageTrust;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.PageStream;
import dev.ckpt.format.record.Mempolicy;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.Vma;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/**
 * A restore that maps pages of the image instead of copying them. All of the image is read and
 * checked before; whatever becomes of its file later the task sees.
 *
 * <p>What is mapped is not quite what it was: a page that the task discards (MADV_DONTNEED) reads
 * as the image has it and not as zeros. So it is done for those alone who ask for it.
 */
final class MappedMemory implements NewMemory, AutoCloseable {
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_FIXED = 0x10;

  private final RestartOptions.MappedImage file;
  private final Fd fd;
  private final FileChannel channel;
  private final ImageReader reader;
  private final ImageState state;
  private Optional<MappedRuns> runs = Optional.empty();

  private MappedMemory(
      RestartOptions.MappedImage file,
      Fd fd,
      FileChannel channel,
      ImageReader reader,
      ImageState state) {
    this.file = file;
    this.fd = fd;
    this.channel = channel;
    this.reader = reader;
    this.state = state;
  }

  /**
   * Opens the image of a state that was read.
   *
   * @throws UnsupportedStateException if pages of such an image, or of one that lies there, cannot
   *     be mapped
   */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static MappedMemory open(RestartOptions.MappedImage file, ImageState state) throws IOException {
    if (!Files.isRegularFile(file.path())) {
      throw refused("the image " + file.path() + " is no file", "copy it into one");
    }
    if (!state.all(ParentImage.class).isEmpty()) {
      throw refused("the image builds on another", "make one of them with ckpt merge");
    }
    Fd fd =
        file.trusting()
            ? Fd.open(file.path().toString(), Fcntl.O_RDONLY)
            : ImageTrust.openFd(file.path());
    boolean opened = false;
    try {
      if (dev.ckpt.core.kernel.Files.isNoExec(fd)) {
        throw refused(
            "the image " + file.path() + " lies on a file system that is mounted noexec",
            "copy it to another");
      }
      FileChannel channel = FileChannel.open(ImageTrust.pathOf(fd));
      try {
        MappedMemory memory = open(file, fd, channel, state);
        opened = true;
        return memory;
      } finally {
        if (!opened) {
          channel.close();
        }
      }
    } finally {
      if (!opened) {
        fd.close();
      }
    }
  }

  /** Reads up to the first page array: of the very file that will be mapped. */
  @MustBeClosed
  private static MappedMemory open(
      RestartOptions.MappedImage file, Fd fd, FileChannel channel, ImageState state)
      throws IOException {
    ImageReader reader = new ImageReader(channel, KeySource.NONE, PagesByTurns.NR_KEPT);
    ImageState same = ImageState.read(reader);
    if (!same.header().uuid().equals(state.header().uuid())) {
      throw refused("the image " + file.path() + " was replaced meanwhile", "try again");
    }
    return new MappedMemory(file, fd, channel, reader, state);
  }

  /** That pages cannot be mapped. */
  static UnsupportedStateException refused(String what, String remedy) {
    return new UnsupportedStateException(List.of(new Refusal(RefusalCode.MAP_PAGES, what, remedy)));
  }

  /**
   * NB: signal frames that return into an old vdso are looked for in all pages; what is mapped is
   * under no memory policy, and not what a task that merges its memory expects (KSM).
   */
  @Override
  public PageStream pages(RstrContext context) throws CkptException {
    boolean plain =
        context.vdso().frames().isEmpty()
            && state.all(Mempolicy.class).isEmpty()
            && !TaskStruct.mergesMemory(context);
    // NB: half of what it may have, for it goes on and maps more.
    long most = plain ? Math.max(0, ProcFs.maxMapCount() / 2 - state.vmas().size()) : 0;
    MappedRuns found = new MappedRuns(reader, state, most);
    runs = Optional.of(found);
    return found;
  }

  @Override
  public boolean comesLater(Vma vma) {
    return MappedRuns.isCandidate(vma, state);
  }

  @Override
  public void serveRest(RstrContext context, BatchRunner run) throws IOException {
    MappedRuns found = runs.orElseThrow();
    if (found.pieces().isEmpty()) {
      return;
    }
    int number = open(context, run);
    for (MappedRuns.Piece piece : found.pieces()) {
      run.call(
          "mmap",
          SyscallNumbers.MMAP,
          piece.addr(),
          piece.lenBytes(),
          piece.vma().prot(),
          piece.vma().mapFlags() & ~MAP_ANONYMOUS | MAP_FIXED,
          number,
          piece.offset());
    }
    run.call("close", SyscallNumbers.CLOSE, number);
    run.flush();
    context
        .notes()
        .add(
            "memory: "
                + found.nrMapped()
                + " pages are mapped from "
                + file.path()
                + ", which must stay as it is");
  }

  /**
   * Has the task open the image under a number.
   *
   * @throws UnsupportedStateException if that is another file by now
   */
  private int open(RstrContext context, BatchRunner run) throws IOException {
    byte[] path = file.path().toRealPath().toString().getBytes(StandardCharsets.UTF_8);
    int number = context.fds().scratch();
    Batch batch = run.room(3, path.length + 1);
    Batch.Result theirs =
        batch.call(
            "open " + file.path(),
            SyscallNumbers.OPEN,
            batch.string(path),
            Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
    batch.call("dup3", SyscallNumbers.DUP3, theirs, number, Fcntl.O_CLOEXEC);
    batch.call("close", SyscallNumbers.CLOSE, theirs);
    run.flush();
    try (Fd opened = Tasks.pidfdGetfd(context.pidfd(), number)) {
      if (!stat(opened).sameFile(stat(fd))) {
        throw refused("the image " + file.path() + " was replaced meanwhile", "try again");
      }
    }
    return number;
  }

  private static FileStat stat(Fd file) throws SyscallException {
    return FileStat.of(ImageTrust.pathOf(file).toString());
  }

  @Override
  public Optional<FaultServer> server() {
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    reader.close();
    try (fd) {
      channel.close();
    }
  }
}
