package dev.ckpt.format;

import dev.ckpt.format.record.CpuFeatures;
import dev.ckpt.format.record.CpuX86_64;
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
import dev.ckpt.format.record.FileMemfd;
import dev.ckpt.format.record.FileNamed;
import dev.ckpt.format.record.FileNetlinkSocket;
import dev.ckpt.format.record.FileOwner;
import dev.ckpt.format.record.FilePacketSocket;
import dev.ckpt.format.record.FilePidfd;
import dev.ckpt.format.record.FilePipe;
import dev.ckpt.format.record.FilePty;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.FileSignalfd;
import dev.ckpt.format.record.FileTimerfd;
import dev.ckpt.format.record.FileTty;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.GhostFolder;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Index;
import dev.ckpt.format.record.InotifyWatch;
import dev.ckpt.format.record.Itimers;
import dev.ckpt.format.record.Loginuid;
import dev.ckpt.format.record.LsmLabel;
import dev.ckpt.format.record.Mempolicy;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.MulticastGroup;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageArrayCompressed;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.ParentPages;
import dev.ckpt.format.record.Pipe;
import dev.ckpt.format.record.Pkeys;
import dev.ckpt.format.record.PosixTimer;
import dev.ckpt.format.record.PreDump;
import dev.ckpt.format.record.Pty;
import dev.ckpt.format.record.RestartBlock;
import dev.ckpt.format.record.Rlimits;
import dev.ckpt.format.record.Sched;
import dev.ckpt.format.record.Seal;
import dev.ckpt.format.record.Seccomp;
import dev.ckpt.format.record.SeccompFilter;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.Sigactions;
import dev.ckpt.format.record.Sigpending;
import dev.ckpt.format.record.SocketFilter;
import dev.ckpt.format.record.SocketRights;
import dev.ckpt.format.record.Statistics;
import dev.ckpt.format.record.SysvShm;
import dev.ckpt.format.record.Tail;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.TaskThread;
import dev.ckpt.format.record.TcpSock;
import dev.ckpt.format.record.TimeNs;
import dev.ckpt.format.record.UdpDatagram;
import dev.ckpt.format.record.VdsoImage;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaGuard;
import dev.ckpt.format.record.VmaPkey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Every object type of the format: its number, where in the stream it stands, whether others refer
 * to it, and its codec. This is the one table to extend for a new kind of object.
 */
public enum ObjectType {
  HEADER(100, Phase.HEADER, Refs.NONE, Header.CODEC),

  /** How everything behind it is sealed. */
  SEAL(110, Phase.SEAL, Refs.NONE, Seal.CODEC),
  STATISTICS(180, Phase.STATISTICS, Refs.NONE, Statistics.CODEC),
  INDEX(190, Phase.INDEX, Refs.NONE, Index.CODEC),
  TAIL(191, Phase.TAIL, Refs.NONE, Tail.CODEC),

  TASK(200, Phase.STATE, Refs.NONE, Task.CODEC),
  THREAD(210, Phase.STATE, Refs.NONE, TaskThread.CODEC),
  CPU_X86_64(211, Phase.STATE, Refs.NONE, CpuX86_64.CODEC),

  /** What is left of the time-out of an interrupted call. */
  RESTART_BLOCK(212, Phase.STATE, Refs.NONE, RestartBlock.CODEC),
  SCHED(213, Phase.STATE, Refs.NONE, Sched.CODEC),
  CPU_FEATURES(214, Phase.STATE, Refs.NONE, CpuFeatures.CODEC),
  CRED(220, Phase.STATE, Refs.NONE, Cred.CODEC),

  /** A removed folder that is in use. */
  GHOST_FOLDER(221, Phase.STATE, Refs.TARGET, GhostFolder.CODEC),
  SECCOMP_FILTER(225, Phase.STATE, Refs.TARGET, SeccompFilter.CODEC),

  /** Which filters a thread runs under. */
  SECCOMP(226, Phase.STATE, Refs.NONE, Seccomp.CODEC),
  RLIMITS(230, Phase.STATE, Refs.NONE, Rlimits.CODEC),
  TIME_NS(240, Phase.STATE, Refs.NONE, TimeNs.CODEC),
  LOGINUID(241, Phase.STATE, Refs.NONE, Loginuid.CODEC),
  LSM_LABEL(242, Phase.STATE, Refs.NONE, LsmLabel.CODEC),

  SIGACTIONS(300, Phase.STATE, Refs.NONE, Sigactions.CODEC),
  SIGPENDING(310, Phase.STATE, Refs.NONE, Sigpending.CODEC),
  ITIMERS(320, Phase.STATE, Refs.NONE, Itimers.CODEC),
  POSIX_TIMER(330, Phase.STATE, Refs.NONE, PosixTimer.CODEC),

  MM(400, Phase.STATE, Refs.TARGET, Mm.CODEC),

  /** The vdso of the kernel of the dump. */
  VDSO_IMAGE(401, Phase.STATE, Refs.NONE, VdsoImage.CODEC),
  FILE_REF(410, Phase.STATE, Refs.TARGET, FileRef.CODEC),
  GHOST_FILE(411, Phase.STATE, Refs.TARGET, GhostFile.CODEC),
  SHMEM(420, Phase.STATE, Refs.TARGET, Shmem.CODEC),
  SYSV_SHM(421, Phase.STATE, Refs.TARGET, SysvShm.CODEC),

  /** Which protection keys are allocated. */
  PKEYS(424, Phase.STATE, Refs.NONE, Pkeys.CODEC),
  VMA(430, Phase.STATE, Refs.NONE, Vma.CODEC),

  /** A guard region within a mapping. */
  VMA_GUARD(431, Phase.STATE, Refs.NONE, VmaGuard.CODEC),
  VMA_PKEY(432, Phase.STATE, Refs.NONE, VmaPkey.CODEC),

  /** From which NUMA nodes the memory of a mapping or thread comes. */
  MEMPOLICY(433, Phase.STATE, Refs.NONE, Mempolicy.CODEC),

  /** The image that this one builds on. */
  PARENT_IMAGE(440, Phase.STATE, Refs.NONE, ParentImage.CODEC),

  /** Pages that are in that one. */
  PARENT_PAGES(441, Phase.STATE, Refs.NONE, ParentPages.CODEC),

  /** That the pages were read while the task ran. */
  PRE_DUMP(442, Phase.STATE, Refs.NONE, PreDump.CODEC),
  PAGE_ARRAY(450, Phase.PAGES, Refs.NONE, PageArray.CODEC),

  /** The same in fewer bytes. */
  PAGE_ARRAY_COMPRESSED(451, Phase.PAGES, Refs.NONE, PageArrayCompressed.CODEC),

  FILE_REGULAR(500, Phase.STATE, Refs.OPEN_FILE, FileRegular.CODEC),
  FILE_NAMED(501, Phase.STATE, Refs.OPEN_FILE, FileNamed.CODEC),
  FILE_CHRDEV(510, Phase.STATE, Refs.OPEN_FILE, FileChrdev.CODEC),
  FILE_TTY(520, Phase.STATE, Refs.OPEN_FILE, FileTty.CODEC),
  PTY(521, Phase.STATE, Refs.TARGET, Pty.CODEC),
  FILE_PTY(522, Phase.STATE, Refs.OPEN_FILE, FilePty.CODEC),
  PIPE(530, Phase.STATE, Refs.TARGET, Pipe.CODEC),
  FILE_PIPE(531, Phase.STATE, Refs.OPEN_FILE, FilePipe.CODEC),
  FILE_FIFO(532, Phase.STATE, Refs.OPEN_FILE, FileFifo.CODEC),
  FILE_MEMFD(540, Phase.STATE, Refs.OPEN_FILE, FileMemfd.CODEC),
  FILE_EVENTFD(550, Phase.STATE, Refs.OPEN_FILE, FileEventfd.CODEC),
  FILE_EPOLL(551, Phase.STATE, Refs.OPEN_FILE, FileEpoll.CODEC),
  EPOLL_ITEM(552, Phase.STATE, Refs.NONE, EpollItem.CODEC),
  FILE_TIMERFD(555, Phase.STATE, Refs.OPEN_FILE, FileTimerfd.CODEC),
  FILE_SIGNALFD(556, Phase.STATE, Refs.OPEN_FILE, FileSignalfd.CODEC),
  FILE_PIDFD(558, Phase.STATE, Refs.OPEN_FILE, FilePidfd.CODEC),
  FILE_INOTIFY(560, Phase.STATE, Refs.OPEN_FILE, FileInotify.CODEC),
  INOTIFY_WATCH(561, Phase.STATE, Refs.NONE, InotifyWatch.CODEC),
  FILE_UNIX_SOCKET(570, Phase.STATE, Refs.OPEN_FILE, FileUnixSocket.CODEC),
  FILE_INET_SOCKET(571, Phase.STATE, Refs.OPEN_FILE, FileInetSocket.CODEC),

  /** A live TCP connection. */
  TCP_SOCK(572, Phase.STATE, Refs.NONE, TcpSock.CODEC),
  UDP_DATAGRAM(574, Phase.STATE, Refs.NONE, UdpDatagram.CODEC),
  SOCKET_FILTER(575, Phase.STATE, Refs.NONE, SocketFilter.CODEC),
  FILE_NETLINK_SOCKET(576, Phase.STATE, Refs.OPEN_FILE, FileNetlinkSocket.CODEC),
  MULTICAST_GROUP(577, Phase.STATE, Refs.NONE, MulticastGroup.CODEC),
  FILE_PACKET_SOCKET(578, Phase.STATE, Refs.OPEN_FILE, FilePacketSocket.CODEC),
  SOCKET_RIGHTS(579, Phase.STATE, Refs.NONE, SocketRights.CODEC),
  FILE_LOCK(580, Phase.STATE, Refs.NONE, FileLock.CODEC),
  FILE_OWNER(581, Phase.STATE, Refs.NONE, FileOwner.CODEC),
  FD(590, Phase.STATE, Refs.NONE, Fd.CODEC);

  /** The part of the stream that an object stands in; the parts follow each other in this order. */
  public enum Phase {
    SEAL,
    HEADER,
    STATE,
    PAGES,
    STATISTICS,
    INDEX,
    TAIL
  }

  /** Whether others may refer to objects of a type: then each has an object reference. */
  private enum Refs {
    NONE,
    TARGET,
    /** An open file description: descriptors, locks and owners refer to it. */
    OPEN_FILE
  }

  private static final Map<Integer, ObjectType> BY_NUMBER = new HashMap<>();

  static {
    for (ObjectType type : values()) {
      BY_NUMBER.put(type.number, type);
    }
  }

  private final int number;
  private final Phase phase;
  private final Refs refs;
  private final RecordCodec<? extends ImageRecord> codec;

  ObjectType(int number, Phase phase, Refs refs, RecordCodec<? extends ImageRecord> codec) {
    this.number = number;
    this.phase = phase;
    this.refs = refs;
    this.codec = codec;
  }

  /** The type of this number, or empty if the number is none that we know. */
  public static Optional<ObjectType> of(int number) {
    return Optional.ofNullable(BY_NUMBER.get(number));
  }

  /** The number on disk. */
  public int number() {
    return number;
  }

  /** The part of the stream that these objects stand in. */
  public Phase phase() {
    return phase;
  }

  /** Whether a reader that does not know this type may skip it. */
  public boolean optional() {
    return this == STATISTICS;
  }

  /** Whether others may refer to it; such an object has an object reference, others have none. */
  public boolean referable() {
    return refs != Refs.NONE;
  }

  /** Whether it is an open file description, which descriptors may refer to. */
  public boolean isOpenFile() {
    return refs == Refs.OPEN_FILE;
  }

  /** The most payload bytes that an object of this type may have. */
  public int maxPayloadBytes() {
    return switch (this) {
      case PAGE_ARRAY -> Limits.MAX_ARRAY_PAYLOAD_BYTES;
      case PAGE_ARRAY_COMPRESSED -> Limits.MAX_COMPRESSED_ARRAY_PAYLOAD_BYTES;
      case PIPE -> Limits.MAX_PIPE_PAYLOAD_BYTES;
      case TCP_SOCK -> Limits.MAX_TCP_PAYLOAD_BYTES;
      default -> Limits.MAX_PAYLOAD_BYTES;
    };
  }

  /** What writes and reads the payload. */
  public RecordCodec<? extends ImageRecord> codec() {
    return codec;
  }
}
