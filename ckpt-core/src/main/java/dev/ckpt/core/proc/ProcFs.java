package dev.ckpt.core.proc;

import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Reads {@code /proc/PID}.
 *
 * <p>It is a value: it holds no fd, opens files for one read each, and may be used from any thread.
 *
 * <p>Target state: any. What is read of a running target may be out of date at once; only of a
 * stopped one do two files agree. A target that has ended makes every method throw {@link
 * TargetGoneException}, whose pid is the thread's if only a thread has ended; as long as it is a
 * zombie, {@code stat}, {@code status} and what else the kernel still knows can be read.
 *
 * <p>Also thrown by each method: {@link ProcAccessException} without the right to look, {@link
 * ProcMissingException} if the task is there and the file is not, {@link ProcFormatException} if
 * the text is not understood.
 *
 * <p>NB: when the first thread of a process has ended and others live on, the files of the process
 * that concern memory are missing; {@code ProcFs.of(tid)} of a living thread has them. NB: under a
 * proc mount with hidepid=2 the tasks of other users seem gone.
 */
public final class ProcFs {
  private static final Path PROC = Path.of("/proc");

  /** An ns link that is missing until the first child after unshare(CLONE_NEWPID) is born. */
  private static final String PID_FOR_CHILDREN = "pid_for_children";

  private final int pid;
  private final ProcFiles files;

  private ProcFs(int pid) {
    this.pid = pid;
    this.files = new ProcFiles(PROC.resolve(Integer.toString(pid)), pid);
  }

  /** The files of one process, or of one thread. Whether it exists shows when reading. */
  public static ProcFs of(int pid) {
    if (pid <= 0) {
      throw new IllegalArgumentException("pid " + pid);
    }
    return new ProcFs(pid);
  }

  /** The process or thread that this reads. */
  public int pid() {
    return pid;
  }

  public Stat stat() throws CkptException {
    return files.parse("stat", Stat::parse);
  }

  public Stat stat(int tid) throws CkptException {
    return task(tid).parse("stat", Stat::parse);
  }

  public Status status() throws CkptException {
    return files.parse("status", Status::parse);
  }

  public Status status(int tid) throws CkptException {
    return task(tid).parse("status", Status::parse);
  }

  /** Who traces this thread; 0 for nobody. Much faster than all of its status. */
  public int tracerPid(int tid) throws CkptException {
    return task(tid).parse("status", Status::tracerPid);
  }

  /** Every vma. Empty for a kernel thread. */
  public Maps maps() throws CkptException {
    return files.parseSteady("maps", Maps::parse);
  }

  /** Every vma with its flags. Slow: see {@link Smaps}. */
  public Smaps smaps() throws CkptException {
    return files.parseSteady("smaps", Smaps::parse);
  }

  /** The file behind a vma, whose name cannot be ambiguous here; takes CAP_CHECKPOINT_RESTORE. */
  public ByteString mapFileLink(MapsEntry vma) throws CkptException {
    return files.link(ProcFiles.MAP_FILES + vma.range());
  }

  public Limits limits() throws CkptException {
    return files.parse("limits", Limits::parse);
  }

  /** The numbers of all open fds, sorted. */
  public List<Integer> fds() throws CkptException {
    return files.numbers("fd");
  }

  /** What an fd refers to: a path, or the kernel's name such as {@code pipe:[4711]}. */
  public ByteString fdLink(int fd) throws CkptException {
    return files.link("fd/" + fd);
  }

  public FdInfo fdInfo(int fd) throws CkptException {
    return files.parse("fdinfo/" + fd, FdInfo::parse);
  }

  /**
   * The ids of all threads, sorted.
   *
   * <p>NB: a running target can start a thread behind our back: loop until two answers agree.
   */
  public List<Integer> tasks() throws CkptException {
    return files.numbers("task");
  }

  /**
   * The children that this thread has, by pid, sorted; exact only while all of them stand still.
   */
  public List<Integer> children(int tid) throws CkptException {
    return task(tid).parse("children", ProcValues::pids);
  }

  /** The auxiliary vector. Empty for a kernel thread. */
  public Auxv auxv() throws CkptException {
    return files.parse("auxv", Auxv::parse);
  }

  /** Every mount that the process sees. */
  public List<MountInfo> mounts() throws CkptException {
    return files.parse("mountinfo", MountInfo::parseAll);
  }

  public Cgroups cgroup() throws CkptException {
    return files.parse("cgroup", Cgroups::parse);
  }

  /** The PER_ value and flags of personality(2), such as ADDR_NO_RANDOMIZE 0x0040000. */
  public int personality() throws CkptException {
    return files.parse("personality", ProcValues::personality);
  }

  /** The timers of timer_create(2); missing where the kernel has no CONFIG_POSIX_TIMERS. */
  public List<PosixTimer> timers() throws CkptException {
    return files.parse("timers", PosixTimer::parseAll);
  }

  /**
   * Nanoseconds by which the kernel may fire this thread's sleeps late.
   *
   * <p>NB: of any thread but the calling one it takes CAP_SYS_NICE; prctl(PR_GET_TIMERSLACK) in the
   * thread itself takes nothing.
   */
  public long timerSlack(int tid) throws CkptException {
    task(tid).requireThere();
    // task/TID has no such file; /proc/TID does, though ls does not show it.
    ProcFiles own = new ProcFiles(PROC.resolve(Integer.toString(tid)), tid);
    long slackNanos = own.parse(ProcFiles.TIMERSLACK, ProcValues::unsigned);
    // Still ours, and not a number that was given to another process meanwhile.
    task(tid).requireThere();
    return slackNanos;
  }

  /** The kernel function that the thread sleeps in; {@code 0} if it runs or we may not know. */
  public String wchan(int tid) throws CkptException {
    return task(tid).parse("wchan", ProcValues::wchan);
  }

  /** The system call that the thread is in. */
  public SyscallState syscall(int tid) throws CkptException {
    return task(tid).parse("syscall", SyscallState::parse);
  }

  /** What the scheduler notes of a thread; missing where the kernel has no CONFIG_SCHED_DEBUG. */
  public Sched sched(int tid) throws CkptException {
    return task(tid).parse("sched", Sched::parse);
  }

  public int oomScoreAdj() throws CkptException {
    return files.parse("oom_score_adj", ProcValues::oomScoreAdj);
  }

  /** The nice value of the autogroup that its session is; nothing where there are none. */
  public OptionalInt autogroupNice() throws CkptException {
    try {
      return files.parse("autogroup", ProcValues::autogroupNice);
    } catch (ProcMissingException e) {
      return OptionalInt.empty();
    }
  }

  /** Which kinds of memory go into a core file: MMF_DUMP bits as core(5) numbers them. */
  public int coredumpFilter() throws CkptException {
    return files.parse("coredump_filter", ProcValues::hexLine);
  }

  /** The uid that logged in, as an int with the same bits; -1 if it was never set. */
  public int loginuid() throws CkptException {
    return files.parse("loginuid", ProcValues::loginuid);
  }

  /** By which label a security module knows the process; not readable where there is none. */
  public ByteString securityLabel() throws CkptException {
    return files.parse("attr/current", ProcValues::label);
  }

  /**
   * A link of the process: {@code exe}, {@code cwd} or {@code root}.
   *
   * <p>NB: {@code (deleted)} is put behind the name of a file that is gone.
   */
  public ByteString link(String name) throws CkptException {
    if (!List.of("exe", "cwd", "root").contains(name)) {
      throw new IllegalArgumentException(name + " is no link of a process");
    }
    return files.link(name);
  }

  /** One namespace: {@code cgroup}, {@code net}, {@code pid_for_children}, ... */
  public NsLink nsLink(String name) throws CkptException {
    return nsLink(files, name);
  }

  /** One namespace of a thread. */
  public NsLink nsLink(int tid, String name) throws CkptException {
    return nsLink(task(tid), name);
  }

  /**
   * All namespaces by the name of their link.
   *
   * <p>{@code pid_for_children} is left out while it exists only as a plan: after
   * unshare(CLONE_NEWPID) and before the first child.
   */
  public SortedMap<String, NsLink> namespaces() throws CkptException {
    return namespaces(files);
  }

  /** All namespaces of a thread. */
  public SortedMap<String, NsLink> namespaces(int tid) throws CkptException {
    return namespaces(task(tid));
  }

  /**
   * How far the clocks of its time namespace for children are ahead of the machine's; none on a
   * kernel without time namespaces.
   */
  public TimensOffsets timensOffsets() throws CkptException {
    try {
      return files.parse("timens_offsets", TimensOffsets::parse);
    } catch (ProcMissingException e) {
      return TimensOffsets.NONE;
    }
  }

  /** The environment as it is in the task's memory now. */
  public NulStrings environ() throws CkptException {
    return files.parse("environ", NulStrings::parse);
  }

  /** The arguments as they are in the task's memory now. */
  public NulStrings cmdline() throws CkptException {
    return files.parse("cmdline", NulStrings::parse);
  }

  /** The name of the first thread. */
  public ByteString comm() throws CkptException {
    return files.parse("comm", ProcValues::comm);
  }

  /** The name of a thread. */
  public ByteString comm(int tid) throws CkptException {
    return task(tid).parse("comm", ProcValues::comm);
  }

  /** Every process that we see, in no order; it may be gone when one looks. */
  public static List<Integer> pids() {
    String[] names = PROC.toFile().list((dir, name) -> Character.isDigit(name.charAt(0)));
    return Stream.of(names == null ? new String[0] : names).map(Integer::valueOf).toList();
  }

  /** How many descriptors a process can have at the most, whatever its rights. */
  public static long nrOpen() throws CkptException {
    return ofMachine().parse("sys/fs/nr_open", ProcValues::unsigned);
  }

  /** How many mappings a process can have at the most. */
  public static long maxMapCount() throws CkptException {
    return ofMachine().parse("sys/vm/max_map_count", ProcValues::unsigned);
  }

  /** What the CPUs of the machine can do. */
  public static CpuInfo cpuInfo() throws CkptException {
    return ofMachine().parse("cpuinfo", CpuInfo::parse);
  }

  /** What waits for the disks. */
  public static VmStat vmstat() throws CkptException {
    return ofMachine().parse("vmstat", VmStat::parse);
  }

  /** All file locks of the machine whose owner can be seen from our pid namespace. */
  public static List<FileLock> locks() throws CkptException {
    return ofMachine().parse("locks", FileLock::parseAll);
  }

  /** Every segment of System V shared memory in our IPC namespace. */
  public static List<SysvSegment> sysvShm() throws CkptException {
    return ofMachine().parse("sysvipc/shm", SysvSegment::parseAll);
  }

  /** The multicast groups of IPv4 that interfaces of our network namespace hear. */
  public static List<HeardGroup> igmp() throws CkptException {
    return ofSelf().parse("net/igmp", HeardGroup::parseIpv4);
  }

  /** Those of IPv6; none where the kernel has no IPv6. */
  public static List<HeardGroup> igmp6() throws CkptException {
    try {
      return ofSelf().parse("net/igmp6", HeardGroup::parseIpv6);
    } catch (ProcMissingException e) {
      return List.of();
    }
  }

  /** The raw and ping sockets of our network namespace, of IPv4 and IPv6. */
  public static List<RawSock> rawSockets() throws CkptException {
    List<RawSock> all = new ArrayList<>();
    for (String file : List.of("raw", "raw6", "icmp", "icmp6")) {
      try {
        all.addAll(ofSelf().parse("net/" + file, RawSock::parse));
      } catch (ProcMissingException e) {
        // A kernel without IPv6.
        continue;
      }
    }
    return all;
  }

  /** Whether a socket makes a multicast router of this machine: of IPv4 or of IPv6. */
  public static boolean isMulticastRouter(boolean ipv4) throws CkptException {
    String file = "sys/net/" + (ipv4 ? "ipv4" : "ipv6") + "/conf/all/mc_forwarding";
    try {
      return ofMachine().parse(file, ProcValues::unsigned) != 0;
    } catch (ProcMissingException e) {
      return false;
    }
  }

  /** A number that changes with every boot. */
  public static UUID bootId() throws CkptException {
    return ofMachine().parse("sys/kernel/random/boot_id", ProcValues::uuid);
  }

  /** The kernel's release, as {@code uname -r} has it. */
  public static String osRelease() throws CkptException {
    return ofMachine().parse("sys/kernel/osrelease", ProcValues::line);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ProcFs that && pid == that.pid;
  }

  @Override
  public int hashCode() {
    return Integer.hashCode(pid);
  }

  @Override
  public String toString() {
    return "/proc/" + pid;
  }

  /** NB: /proc/net is what the main thread sees; ours are all in one network namespace. */
  private static ProcFiles ofSelf() {
    return new ProcFiles(PROC.resolve("self"), ProcFiles.NO_TASK);
  }

  private static ProcFiles ofMachine() {
    return new ProcFiles(PROC, ProcFiles.NO_TASK);
  }

  private ProcFiles task(int tid) {
    return files.ofThread(tid);
  }

  private static NsLink nsLink(ProcFiles from, String name) throws CkptException {
    byte[] target = from.link("ns/" + name).toByteArray();
    try {
      return NsLink.parse(target);
    } catch (ProcFormatException e) {
      throw e.inFile(from.path("ns/" + name));
    }
  }

  private static SortedMap<String, NsLink> namespaces(ProcFiles from) throws CkptException {
    TreeMap<String, NsLink> namespaces = new TreeMap<>();
    for (String name : from.names("ns")) {
      try {
        namespaces.put(name, nsLink(from, name));
      } catch (ProcMissingException e) {
        if (!name.equals(PID_FOR_CHILDREN)) {
          throw e;
        }
      }
    }
    return namespaces;
  }
}
