package dev.ckpt.rstr;

import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.record.Cred;
import dev.ckpt.format.record.EpollItem;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileChrdev;
import dev.ckpt.format.record.FileEpoll;
import dev.ckpt.format.record.FileEventfd;
import dev.ckpt.format.record.FileFifo;
import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.FileInotify;
import dev.ckpt.format.record.FileLock;
import dev.ckpt.format.record.FileLockKind;
import dev.ckpt.format.record.FileMemfd;
import dev.ckpt.format.record.FileNamed;
import dev.ckpt.format.record.FileOwner;
import dev.ckpt.format.record.FilePipe;
import dev.ckpt.format.record.FilePty;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.GhostFolder;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.InotifyWatch;
import dev.ckpt.format.record.Itimers;
import dev.ckpt.format.record.Loginuid;
import dev.ckpt.format.record.Mempolicy;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.Pipe;
import dev.ckpt.format.record.Pkeys;
import dev.ckpt.format.record.PosixTimer;
import dev.ckpt.format.record.Pty;
import dev.ckpt.format.record.RestartBlock;
import dev.ckpt.format.record.Rlimits;
import dev.ckpt.format.record.Sched;
import dev.ckpt.format.record.Seccomp;
import dev.ckpt.format.record.SeccompFilter;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import dev.ckpt.format.record.Sigactions;
import dev.ckpt.format.record.Sigpending;
import dev.ckpt.format.record.SocketFilter;
import dev.ckpt.format.record.SocketMessage;
import dev.ckpt.format.record.SocketOption;
import dev.ckpt.format.record.SocketRights;
import dev.ckpt.format.record.SysvShm;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.TaskThread;
import dev.ckpt.format.record.TcpSock;
import dev.ckpt.format.record.TimeNs;
import dev.ckpt.format.record.UdpDatagram;
import dev.ckpt.format.record.VdsoImage;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaGuard;
import dev.ckpt.format.record.VmaKind;
import dev.ckpt.format.record.VmaPkey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32C;

/** The state of a task that has nearly everything a task can have, and that is whole. */
final class SampleTask {
  static final int PID = 5000;
  static final int TID = 5001;
  static final long VDSO = 0x7ffc_0010_2000L;
  static final long HEAP = 0x50_0000L;
  static final long SHARED = 0x60_0000L;

  static final int REGULAR_MODE = 0100644;
  static final int FIFO_MODE = 010644;
  static final int FOLDER_MODE = 040755;

  private static final ByteString NONE = ByteString.of("");
  private static final ByteString VDSO_CONTENT = ByteString.of(new byte[8192]);

  private final List<ImageObject> objects = new ArrayList<>();
  private int lastObjref;

  private SampleTask() {}

  /** All of it, each object at a multiple of 100. */
  static List<ImageObject> objects() {
    SampleTask sample = new SampleTask();
    sample.task();
    sample.thread(PID);
    sample.thread(TID);
    sample.add(new RestartBlock(TID, 5));
    int filter = sample.share(new SeccompFilter(0, 0, ByteString.of(new byte[8])));
    sample.add(new Seccomp(TID, filter));
    sample.signals();
    int exe = sample.share(fileRef("/bin/program", REGULAR_MODE));
    sample.memory(exe);
    sample.files(exe);
    sample.terminalsAndPipes();
    sample.sockets();
    return sample.objects;
  }

  private void add(ImageRecord content) {
    objects.add(new ImageObject(100L * objects.size(), 0, content));
  }

  private int share(ImageRecord content) {
    objects.add(new ImageObject(100L * objects.size(), ++lastObjref, content));
    return lastObjref;
  }

  /** An open file, and its descriptor; there is one of each number. */
  private int open(ImageRecord content) {
    int objref = share(content);
    add(new Fd(objref, 0, objref));
    return objref;
  }

  static FileRef fileRef(String path, int mode) {
    return new FileRef(ByteString.of(path), 1, 2, mode, 3, 4, NONE, 0, 0, false);
  }

  private void task() {
    add(
        new Task(
            PID,
            1,
            PID,
            PID,
            NONE,
            0,
            022,
            17,
            0,
            1,
            NONE,
            ByteString.of("/"),
            ByteString.of("/"),
            1,
            0,
            0,
            0,
            0,
            0,
            0));
  }

  private void thread(int tid) {
    add(new TaskThread(tid, NONE, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0));
    UserRegs regs = new UserRegs(new long[UserRegs.WORDS]);
    add(HandMade.cpu(tid, regs.with(UserRegs.ORIG_RAX, SyscallNumbers.NANOSLEEP)));
    add(new Sched(tid, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 50_000, NONE));
    add(new Cred(tid, 0, 0, 0, 0, 0, 0, 0, 0, List.of(), 0, 0, 0, 0, 0, 0, true));
  }

  static ByteString siginfo(int signal) {
    byte[] info = new byte[Sigpending.SIGINFO_BYTES];
    info[0] = (byte) signal;
    return ByteString.of(info);
  }

  static PosixTimer timer(int id, int tid) {
    int notify = tid == 0 ? 0 : PosixTimer.SIGEV_THREAD_ID;
    return new PosixTimer(id, 1, notify, 10, 0, tid, 0, 0, 5);
  }

  private void signals() {
    add(new Rlimits(Collections.nCopies(Rlimits.RLIM_NLIMITS, new Rlimits.Rlimit(1, 1))));
    add(new TimeNs(0, 0));
    add(new Loginuid(7));
    Sigactions.Sigaction usual = new Sigactions.Sigaction(0, 0, 0, 0);
    add(new Sigactions(Collections.nCopies(Sigactions.NSIG, usual)));
    add(new Sigpending(0, List.of(siginfo(10))));
    add(new Sigpending(TID, List.of(siginfo(12), siginfo(64))));
    add(new Itimers(Collections.nCopies(Itimers.NR_ITIMERS, new Itimers.Itimer(0, 0))));
    add(timer(0, 0));
    add(timer(3, TID));
  }

  static Mm mm(int exe, int vdsoCrc) {
    return new Mm(
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        11,
        NONE,
        exe,
        VDSO,
        VDSO + 8192,
        VDSO - 16384,
        vdsoCrc,
        0,
        0);
  }

  static int vdsoCrc() {
    CRC32C crc = new CRC32C();
    crc.update(VDSO_CONTENT.asByteBuffer());
    return (int) crc.getValue();
  }

  static Vma vma(long start, long end, int backing, VmaKind kind) {
    return new Vma(start, end, 3, 0x22, 0, 0, backing, NONE, kind);
  }

  private void memory(int exe) {
    share(mm(exe, vdsoCrc()));
    add(new VdsoImage(VDSO_CONTENT));
    add(new Pkeys(2));
    int shmem = share(new Shmem(ShmemKind.MEMFD, NONE, 8192, 0, 0, 0100600));
    int ghost = share(new GhostFile(ByteString.of("/tmp/g"), 1, 2, REGULAR_MODE, 0, 0, 3, 4));
    int segment = share(new SysvShm(5, 0, 0600, 0, 0, 0, 0, 4096, 1, false));
    add(vma(0x40_0000, 0x40_1000, exe, VmaKind.FILE_PRIVATE));
    add(vma(HEAP, HEAP + 0x4000, 0, VmaKind.ANON_PRIVATE));
    add(vma(SHARED, SHARED + 0x2000, shmem, VmaKind.ANON_SHARED));
    add(vma(0x70_0000, 0x70_1000, segment, VmaKind.ANON_SHARED));
    add(vma(0x80_0000, 0x80_1000, ghost, VmaKind.FILE_SHARED));
    add(vma(VDSO, VDSO + 8192, 0, VmaKind.VDSO));
    add(vma(0xffff_ffff_ff60_0000L, 0xffff_ffff_ff60_1000L, 0, VmaKind.VSYSCALL));
    add(new VmaGuard(HEAP, HEAP + 0x1000));
    add(new VmaGuard(HEAP + 0x2000, HEAP + 0x3000));
    add(new VmaPkey(HEAP, 1));
    add(new Mempolicy(0, HEAP, 2, ByteString.of(new byte[] {1})));
    add(new Mempolicy(TID, 0, 2, ByteString.of(new byte[] {1})));
    open(new FileMemfd(shmem, 2, 0));
  }

  private void files(int exe) {
    int regular = open(new FileRegular(exe, 0, 0));
    add(new FileLock(regular, FileLockKind.FLOCK, FileLock.F_RDLCK, 0, FileLock.TO_THE_END));
    add(new FileOwner(regular, FileOwner.F_OWNER_PID, PID, 0, false));
    int folder = share(fileRef("/tmp", FOLDER_MODE));
    open(new FileNamed(folder, 0200000, 0));
    int removed = share(new GhostFolder(ByteString.of("/tmp/d"), FOLDER_MODE, 0, 0, true));
    open(new FileNamed(removed, 0200000, 0));
    open(new FileChrdev(ByteString.of("/dev/null"), 1, 3, 2, 0));
    int eventfd = open(new FileEventfd(1, false, 2));
    int epoll = open(new FileEpoll(2));
    add(new EpollItem(epoll, eventfd, eventfd, 1, 0));
    int inotify = open(new FileInotify(0));
    add(new InotifyWatch(inotify, 1, 2, ByteString.of("/tmp")));
  }

  private void terminalsAndPipes() {
    int pty = share(new Pty(3, 0, ByteString.of(new byte[44]), 24, 80, 0, 0, 0620, 0, 5));
    open(new FilePty(pty, FilePty.MASTER, 2));
    open(new FilePty(pty, FilePty.SLAVE, 2));
    int pipe = share(new Pipe(1, 65536, false, List.of()));
    open(new FilePipe(pipe, 0));
    open(new FilePipe(pipe, 1));
    int named = share(fileRef("/tmp/fifo", FIFO_MODE));
    int fifo = share(new Pipe(2, 65536, false, List.of()));
    open(new FileFifo(fifo, named, 0, false));
    open(new FileFifo(fifo, named, 1, false));
  }

  static FileUnixSocket unixSocket(long inode, long peer, List<SocketMessage> messages) {
    return new FileUnixSocket(
        inode,
        2,
        FileUnixSocket.SOCK_STREAM,
        peer == 0 ? FileUnixSocket.UNCONNECTED : FileUnixSocket.CONNECTED,
        peer,
        0,
        0,
        0,
        0140777,
        0,
        0,
        NONE,
        NONE,
        List.of(new SocketOption(1, 7, ByteString.of(new byte[4]))),
        messages);
  }

  static FileInetSocket inetSocket(int type, int state, int optionBytes) {
    return inetSocket(
        type, state, optionBytes, new byte[] {2, 0, 0, 80, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0});
  }

  static FileInetSocket inetSocket(int type, int state, int optionBytes, byte[] name) {
    ByteString address = ByteString.of(name);
    return new FileInetSocket(
        9,
        2,
        FileInetSocket.AF_INET,
        type,
        type == FileInetSocket.SOCK_STREAM ? 6 : 17,
        state,
        0,
        0,
        0,
        address,
        state == FileInetSocket.CONNECTED ? address : NONE,
        List.of(new SocketOption(1, 8, ByteString.of(new byte[optionBytes]))));
  }

  private void sockets() {
    SocketMessage message = new SocketMessage(NONE, 0, 0, 0, ByteString.of("m"));
    int one = open(unixSocket(71, 72, List.of(message)));
    open(unixSocket(72, 71, List.of()));
    int inFlight = share(new FileEventfd(2, false, 2));
    add(new SocketRights(one, 0, List.of(inFlight)));
    int live = open(inetSocket(FileInetSocket.SOCK_STREAM, FileInetSocket.CONNECTED, 4));
    add(
        new TcpSock(
            live,
            TcpSock.TCP_ESTABLISHED,
            0,
            0,
            0,
            1460,
            0,
            1,
            1,
            1,
            1,
            1,
            1,
            1,
            1,
            1,
            0,
            NONE,
            NONE));
    int datagrams = open(inetSocket(FileInetSocket.SOCK_DGRAM, FileInetSocket.UNCONNECTED, 4));
    ByteString address = ByteString.of(new byte[16]);
    add(new UdpDatagram(datagrams, address, address, 1, 0, NONE));
    add(new SocketFilter(datagrams, 0, ByteString.of(new byte[8])));
  }
}
