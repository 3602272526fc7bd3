package dev.ckpt.format;

import dev.ckpt.format.record.EpollItem;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileChrdev;
import dev.ckpt.format.record.FileEpoll;
import dev.ckpt.format.record.FileEventfd;
import dev.ckpt.format.record.FileFifo;
import dev.ckpt.format.record.FileInotify;
import dev.ckpt.format.record.FileLock;
import dev.ckpt.format.record.FileLockKind;
import dev.ckpt.format.record.FileMemfd;
import dev.ckpt.format.record.FileNamed;
import dev.ckpt.format.record.FileOwner;
import dev.ckpt.format.record.FilePidfd;
import dev.ckpt.format.record.FilePipe;
import dev.ckpt.format.record.FilePty;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.FileSignalfd;
import dev.ckpt.format.record.FileTimerfd;
import dev.ckpt.format.record.FileTty;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Index;
import dev.ckpt.format.record.InotifyWatch;
import dev.ckpt.format.record.Itimers;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageCodec;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.Pipe;
import dev.ckpt.format.record.PosixTimer;
import dev.ckpt.format.record.PreDump;
import dev.ckpt.format.record.Pty;
import dev.ckpt.format.record.Seal;
import dev.ckpt.format.record.Sigactions;
import dev.ckpt.format.record.Sigpending;
import dev.ckpt.format.record.Statistics;
import dev.ckpt.format.record.Tail;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One record of every type, with another value in every field, and a small image of all of them.
 * NB: the golden image of version 1 holds exactly these; a new field goes with a new version.
 */
final class Samples {
  static final int EXE = 1;
  static final int MM = 2;
  static final int MEMFD = 3;
  static final int REGULAR = 4;
  static final int CHRDEV = 5;
  static final int TTY = 6;
  static final int PIPE = 7;
  static final int PIPE_END = 8;
  static final int MEMFD_FILE = 9;
  static final int NAMED = 10;
  static final int FIFO = 11;
  static final int EVENTFD = 12;
  static final int EPOLL = 13;
  static final int TIMERFD = 14;
  static final int SIGNALFD = 15;
  static final int PIDFD = 16;
  static final int INOTIFY = 17;
  static final int GHOST = 18;
  static final int SYSV = 19;
  static final int GHOST_FOLDER = 20;
  static final int PTY = 21;
  static final int PTY_SIDE = 22;
  static final int SECCOMP_FILTER = 23;
  static final int SECOND_SECCOMP_FILTER = 24;

  static final long HEAP = 0x5555_5555_6000L;
  private static final byte FILL = 0x5a;

  /** Objects of {@link #image}: the state, then PAGE_ARRAY, STATISTICS, INDEX, TAIL. */
  static final int NR_OBJECTS = state().size() + 4;

  private Samples() {}

  static Header header() {
    return header(UUID.fromString("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"), Header.NO_PARENT);
  }

  static Header header(UUID uuid, UUID parentUuid) {
    return new Header(
        Header.EM_X86_64,
        Limits.PAGE_SIZE,
        ByteString.of("6.9.1-test"),
        UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
        123_456_789_012L,
        234_567_890_123L,
        1_700_000_000_123_456_789L,
        uuid,
        parentUuid,
        ByteString.of("ckpt 0.1.0"),
        ByteString.of("host"));
  }

  static Seal seal() {
    byte[] salt = new byte[Seal.SALT_BYTES];
    Arrays.fill(salt, (byte) 0x5c);
    byte[] check = salt.clone();
    check[0] = 1;
    return new Seal(
        Seal.AES_256_GCM, Seal.PASSPHRASE, 600_000, ByteString.of(salt), ByteString.of(check));
  }

  static Statistics statistics() {
    return new Statistics(
        List.of(
            new Statistics.Entry(ByteString.of("frozenNanos"), 1_234_567),
            new Statistics.Entry(ByteString.of("nrPages"), 2)));
  }

  static Sigactions sigactions() {
    List<Sigactions.Sigaction> actions = new ArrayList<>();
    for (int i = 0; i < Sigactions.NSIG; i++) {
      actions.add(new Sigactions.Sigaction(0x40_0000L + i, 0x1400_0000L, 0x41_0000L + i, 1L << i));
    }
    return new Sigactions(actions);
  }

  static Sigpending sigpending() {
    byte[] siginfo = new byte[Sigpending.SIGINFO_BYTES];
    siginfo[0] = 10;
    byte[] other = siginfo.clone();
    other[127] = 1;
    return new Sigpending(812, List.of(ByteString.of(siginfo), ByteString.of(other)));
  }

  static Itimers itimers() {
    return new Itimers(
        List.of(
            new Itimers.Itimer(1_000_000, 250_000),
            new Itimers.Itimer(0, 0),
            new Itimers.Itimer(10, 20)));
  }

  static PosixTimer posixTimer() {
    return new PosixTimer(
        7, -6, PosixTimer.SIGEV_THREAD_ID, 34, 0x7f00_0000_5000L, 812, 3, 1_000_000, 250_000);
  }

  static Mm mm() {
    return new Mm(
        0x40_0000,
        0x40_1000,
        0x40_2000,
        0x40_3000,
        HEAP,
        HEAP + 0x2_1000,
        0x7ffc_0000_1000L,
        0x7ffc_0000_2000L,
        0x7ffc_0000_2010L,
        0x7ffc_0000_2010L,
        0x7ffc_0000_2fe0L,
        ByteString.of(new byte[32]),
        EXE,
        0x7ffc_0010_2000L,
        0x7ffc_0010_4000L,
        0x7ffc_000f_e000L,
        0xdead_beef,
        0x1c3,
        Mm.MCL_FUTURE | Mm.MCL_ONFAULT);
  }

  static FileRef fileRef() {
    return new FileRef(
        ByteString.of(new byte[] {'/', 'b', (byte) 0xff, '\n', '\\'}),
        0x801,
        4711,
        0100755,
        16_384,
        1_600_000_000_000_000_001L,
        ByteString.of(new byte[] {1, 2, 3, 4}),
        1000,
        100,
        true);
  }

  static PageArray pageArray() {
    return new PageArray(
        MM,
        List.of(
            new PageRun(HEAP, 1, PageKind.DATA),
            new PageRun(HEAP + 0x1000, 0x8000_0000L, PageKind.ZERO)));
  }

  static FileRegular fileRegular() {
    return new FileRegular(EXE, 0x8002, 77);
  }

  static FileChrdev fileChrdev() {
    return new FileChrdev(ByteString.of("/dev/null"), 1, 3, 2, 5);
  }

  static FileTty fileTty() {
    return new FileTty(
        ByteString.of("/dev/pts/3"), 136, 3, 0x8002, ByteString.of(new byte[44]), 24, 80, 640, 480);
  }

  static Pipe pipe() {
    return new Pipe(3301, 65_536, true, List.of(ByteString.of("in flight"), ByteString.of("next")));
  }

  static Pty pty() {
    ByteString termios = ByteString.of(new byte[44]);
    return new Pty(3, Pty.PACKET | Pty.HUNG_UP, termios, 24, 80, 640, 480, 0620, 1001, 5);
  }

  static FilePty filePty() {
    return new FilePty(PTY, FilePty.MASTER, 2);
  }

  static FilePipe filePipe() {
    return new FilePipe(PIPE, 1);
  }

  static FileMemfd fileMemfd() {
    return new FileMemfd(MEMFD, 2, 4096);
  }

  static FileEventfd fileEventfd() {
    return new FileEventfd(FileEventfd.MAX_COUNT, true, 0x802);
  }

  static FileEpoll fileEpoll() {
    return new FileEpoll(2);
  }

  static EpollItem epollItem() {
    return new EpollItem(EPOLL, EVENTFD, 9, 0xc000_0019, 0x0123_4567_89ab_cdefL);
  }

  static FileTimerfd fileTimerfd() {
    return new FileTimerfd(1, FileTimerfd.CANCEL_ON_SET, 7, 1_000_000_001L, 500_000, 0x802);
  }

  static FileSignalfd fileSignalfd() {
    return new FileSignalfd(0x8000_0000_0000_0200L, 2);
  }

  static FilePidfd filePidfd() {
    return new FilePidfd(812, 123_456, 0x882);
  }

  static FileInotify fileInotify() {
    return new FileInotify(0x800);
  }

  static InotifyWatch inotifyWatch() {
    return new InotifyWatch(INOTIFY, 7, 0x8400_0100, ByteString.of("/tmp"));
  }

  static FileFifo fileFifo() {
    return new FileFifo(PIPE, EXE, 0x800, true);
  }

  static FileNamed fileNamed() {
    return new FileNamed(EXE, 0x28000, 42);
  }

  static FileLock fileLock() {
    return new FileLock(REGULAR, FileLockKind.OFDLCK, FileLock.F_WRLCK, 100, 1L << 40);
  }

  static FileOwner fileOwner() {
    return new FileOwner(PIPE_END, FileOwner.F_OWNER_PID, 812, 34, true);
  }

  static Fd fd() {
    return new Fd(5, Fd.FD_CLOEXEC, REGULAR);
  }

  static Index index() {
    return new Index(List.of(new Index.Entry(8192, MM, HEAP, HEAP + 0x1000)));
  }

  static Tail tail() {
    return new Tail(25, 1, 2, 12_288, 0x1234_5678);
  }

  /** State objects with their references, in an order that may be written. */
  static List<ImageObject> state() {
    List<ImageObject> state = new ArrayList<>(withoutSockets());
    state.addAll(SocketSamples.objects());
    state.addAll(
        List.of(
            new ImageObject(0, 0, fd()),
            new ImageObject(0, 0, fileLock()),
            new ImageObject(0, 0, fileOwner())));
    return state;
  }

  private static List<ImageObject> withoutSockets() {
    return List.of(
        new ImageObject(0, 0, header()),
        new ImageObject(0, 0, TaskSamples.task()),
        new ImageObject(0, 0, TaskSamples.thread()),
        new ImageObject(0, 0, TaskSamples.cpu()),
        new ImageObject(0, 0, TaskSamples.restartBlock()),
        new ImageObject(0, 0, TaskSamples.sched()),
        new ImageObject(0, 0, TaskSamples.cpuFeatures()),
        new ImageObject(0, 0, TaskSamples.cred()),
        new ImageObject(0, 0, TaskSamples.rlimits()),
        new ImageObject(0, 0, TaskSamples.timeNs()),
        new ImageObject(0, 0, TaskSamples.loginuid()),
        new ImageObject(0, 0, TaskSamples.lsmLabel()),
        new ImageObject(0, 0, sigactions()),
        new ImageObject(0, 0, sigpending()),
        new ImageObject(0, 0, itimers()),
        new ImageObject(0, 0, posixTimer()),
        new ImageObject(0, EXE, fileRef()),
        new ImageObject(0, MM, mm()),
        new ImageObject(0, 0, MemorySamples.pkeys()),
        new ImageObject(0, MEMFD, MemorySamples.shmem()),
        new ImageObject(0, 0, MemorySamples.vma()),
        new ImageObject(0, 0, MemorySamples.sharedVma()),
        new ImageObject(0, 0, MemorySamples.vmaGuard()),
        new ImageObject(0, 0, MemorySamples.vmaPkey()),
        new ImageObject(0, 0, MemorySamples.vdsoImage()),
        new ImageObject(0, 0, MemorySamples.mempolicy()),
        new ImageObject(0, REGULAR, fileRegular()),
        new ImageObject(0, CHRDEV, fileChrdev()),
        new ImageObject(0, TTY, fileTty()),
        new ImageObject(0, PIPE, pipe()),
        new ImageObject(0, PIPE_END, filePipe()),
        new ImageObject(0, MEMFD_FILE, fileMemfd()),
        new ImageObject(0, NAMED, fileNamed()),
        new ImageObject(0, FIFO, fileFifo()),
        new ImageObject(0, EVENTFD, fileEventfd()),
        new ImageObject(0, EPOLL, fileEpoll()),
        new ImageObject(0, 0, epollItem()),
        new ImageObject(0, TIMERFD, fileTimerfd()),
        new ImageObject(0, SIGNALFD, fileSignalfd()),
        new ImageObject(0, PIDFD, filePidfd()),
        new ImageObject(0, INOTIFY, fileInotify()),
        new ImageObject(0, 0, inotifyWatch()),
        new ImageObject(0, GHOST, MemorySamples.ghostFile()),
        new ImageObject(0, SYSV, MemorySamples.sysvShm()),
        new ImageObject(0, GHOST_FOLDER, MemorySamples.ghostFolder()),
        new ImageObject(0, PTY, pty()),
        new ImageObject(0, PTY_SIDE, filePty()),
        new ImageObject(0, SECCOMP_FILTER, TaskSamples.seccompFilter(0)),
        new ImageObject(0, SECOND_SECCOMP_FILTER, TaskSamples.seccompFilter(SECCOMP_FILTER)),
        new ImageObject(0, 0, TaskSamples.seccomp()));
  }

  /** One record of each type. */
  static List<ImageRecord> all() {
    List<ImageRecord> all = new ArrayList<>(ofImage());
    all.add(seal());
    all.add(ParentSamples.parentImage());
    all.add(ParentSamples.parentPages());
    all.add(new PreDump(PreDump.READ));
    all.add(CompressedSamples.pageArray());
    return all;
  }

  /** The records of {@link #image}, but with an INDEX and a TAIL that tell of other places. */
  static List<ImageRecord> ofImage() {
    List<ImageRecord> all = new ArrayList<>(state().stream().map(ImageObject::record).toList());
    all.addAll(List.of(pageArray(), statistics(), index(), tail()));
    return all;
  }

  /** The content of the page array. */
  static ByteBuffer pages() {
    ByteBuffer pages = ByteBuffer.allocateDirect(Limits.PAGE_SIZE);
    while (pages.hasRemaining()) {
      pages.put((byte) (FILL ^ pages.position()));
    }
    return pages.flip();
  }

  static void writeState(ImageWriter writer) throws IOException {
    for (ImageObject object : state()) {
      write(writer, object);
    }
  }

  static void write(ImageWriter writer, ImageObject object) throws IOException {
    if (object.objref() != 0 && writer.nextObjref() != object.objref()) {
      throw new AssertionError("references of the samples are not 1, 2, 3 ...");
    }
    writer.write(object.objref(), object.record());
  }

  /** All of the above as one image. */
  static byte[] image() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      writeState(writer);
      writer.writePages(pageArray(), pages());
      writer.write(statistics());
      writer.finish();
    }
    return bytes.toByteArray();
  }

  /** One that builds on {@link #image}: see {@link ParentSamples}. */
  static byte[] childImage() throws IOException {
    return ParentSamples.image();
  }

  /** The shortest image that has pages. */
  static byte[] shortImage() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      writer.write(header());
      int shmem = writer.writeShared(MemorySamples.shmem());
      writer.writePages(
          new PageArray(shmem, List.of(new PageRun(0, 3, PageKind.ZERO))),
          ByteBuffer.allocateDirect(0));
      writer.write(statistics());
      writer.finish();
    }
    return bytes.toByteArray();
  }

  /** One with page arrays that are compressed, and others: see {@link CompressedSamples}. */
  static byte[] compressedImage(PageCodec codec) throws IOException {
    return CompressedSamples.image(Optional.empty(), codec);
  }

  /** The shortest image of a pre-dump. */
  static byte[] preDumpImage() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      writer.write(header());
      writer.write(new PreDump(PreDump.READ));
      writer.finish();
    }
    return bytes.toByteArray();
  }
}
