package dev.ckpt.error;

import static dev.ckpt.error.CodeGroup.FILES;
import static dev.ckpt.error.CodeGroup.IMAGE_FILE;
import static dev.ckpt.error.CodeGroup.MEMORY;
import static dev.ckpt.error.CodeGroup.RESTORE;
import static dev.ckpt.error.CodeGroup.SETTINGS;
import static dev.ckpt.error.CodeGroup.TARGET;

/** Why something is not done: what was found, and what its user can do about it. */
public enum RefusalCode implements Code {
  // The target
  TASK_NONE(TARGET, "there is no such process", "name one that runs"),
  TASK_SELF(TARGET, "the pid is ckpt's own", "name another process"),
  TASK_IS_THREAD(TARGET, "the number is a thread's", "name the process"),
  TASK_KERNEL_THREAD(TARGET, "a kernel thread", "none: only processes can be saved"),
  TASK_ZOMBIE(
      TARGET, "it has exited and was not waited for", "none: there is nothing left to save"),
  TASK_DEAD_LEADER(TARGET, "its first thread has exited, others run", "none in this version"),
  TASK_TRACED(TARGET, "a debugger or strace has it", "end the debugger first"),
  TASK_TRACES(TARGET, "it is a debugger and has another process", "have it let go first"),
  TASK_WAITED_FOR(
      TARGET,
      "a thread of our JVM waits for it (java.lang.Process) and would swallow its stops",
      "dump it from another process, with the command"),
  TASK_STOPPED(
      TARGET,
      "with `--tcp-established`: a job-control signal has stopped it, or waits for it",
      "continue it with SIGCONT first"),
  TASK_BUSY(
      TARGET,
      "code of another dump runs in it and does not end",
      "try again when that dump is over"),
  TASK_CHILDREN(
      TARGET,
      "it has children, zombies included",
      "end or collect them; only single processes can be saved"),
  TASK_32BIT(TARGET, "a thread runs 32-bit code", "none"),
  WRITES_UNSEEN(
      TARGET,
      "a pre-dump, and the kernel does not tell which pages are written meanwhile",
      "dump it without"),
  MM_SHARED(
      TARGET,
      "it shares its memory with another process (vfork, CLONE_VM)",
      "wait until one of them has called exec, or end the other"),
  FILES_SHARED(
      TARGET,
      "it shares its descriptor table with another process (CLONE_FILES)",
      "wait until one of them has called exec, or end the other"),
  FS_SHARED(
      TARGET,
      "it shares its folders and umask with another process (CLONE_FS)",
      "wait until one of them has called exec, or end the other"),
  THREAD_UNSHARED(
      TARGET,
      "a thread has its own descriptors, folder, signal table or mm",
      "none in this version"),
  FREEZE_TIMEOUT(
      TARGET,
      "a thread did not stop; the line names what it waits in",
      "later, or with a longer `--freeze-timeout`"),
  PTRACE_DENIED(
      TARGET, "we may not trace it", "run as its owner or as root; see kernel.yama.ptrace_scope"),
  RESTART_UNKNOWN(
      TARGET,
      "it goes on with a sleep that was interrupted before, and the registers do not tell which"
          + " call it is",
      "try again when it has woken up"),
  SYSCALL_DISPATCH(TARGET, "syscall user dispatch is on", "none"),
  SEGMENTS(TARGET, "it uses segment descriptors of its own", "none"),
  SHADOW_STACK(
      TARGET, "it has a shadow stack", "start it with `GLIBC_TUNABLES=glibc.cpu.x86_shstk=off`"),
  AMX(TARGET, "it may use AMX tiles", "none in this version"),
  KERNEL_TOO_OLD(
      TARGET,
      "the kernel does not tell what an image must have; the line names it",
      "Linux 5.15 or newer"),
  VDSO_NONE(TARGET, "it has no vdso", "start it without `vdso=0` on the kernel command line"),
  VDSO_UNKNOWN(TARGET, "its vdso is not this kernel's, e.g. changed by another tool", "none"),
  VDSO_NO_ROOM(TARGET, "the vdso's last page has no dead bytes", "none on this kernel"),

  // Its settings
  NAMESPACE(
      SETTINGS,
      "one of its namespaces is not ours, or its children will have another time namespace than it",
      "run ckpt inside the same ones (nsenter)"),
  ROOT(SETTINGS, "its root folder is not ours", "run ckpt in the same root"),
  CWD_DELETED(
      SETTINGS, "no name leads to its working folder: a mount hides it", "make it change folder"),
  POSIX_TIMER(
      SETTINGS,
      "a timer of timer_create(2) by the CPU time of an unknown thread or of another process, or"
          + " for a thread that has ended. At restore: its id cannot be had (before Linux 6.16 we"
          + " count up to 50,000), or its clock takes CAP_WAKE_ALARM",
      "delete it before the dump"),
  SECCOMP(
      SETTINGS,
      "seccomp: strict mode; a filter that asks a supervisor (USER_NOTIF); a filter that would kill"
          + " or trap a thread for a call that it has to make for us, the line names them; or we"
          + " may not read filters, which takes CAP_SYS_ADMIN, and that ckpt runs under none. At"
          + " restore: ckpt runs under one, which the task would inherit, or may not install those"
          + " of the task",
      "have the filter allow these calls, or answer them with an error; run ckpt as root and"
          + " outside of filters"),
  LANDLOCK(
      SETTINGS,
      "a thread is in a Landlock domain (or another security module forbids it to look at a process"
          + " of its own user)",
      "start it without"),
  SCHED_POLICY(
      SETTINGS, "a thread has a policy that came after this version", "`chrt -a -o -p 0 PID`"),
  SCHED_CORE(SETTINGS, "a thread has a core scheduling cookie", "start it without"),
  KEYRING(SETTINGS, "a thread has a thread or process keyring (keyctl)", "start it without"),
  LDT(SETTINGS, "it has a local descriptor table (modify_ldt)", "none in this version"),
  IO_PERMISSIONS(SETTINGS, "a thread may use I/O ports (ioperm)", "have it give them up"),
  DEBUG_REGISTERS(
      SETTINGS,
      "a thread has hardware breakpoints that a debugger left",
      "have the debugger remove them"),
  CPUID_FAULTING(SETTINGS, "a thread may not execute CPUID (ARCH_SET_CPUID)", "start it without"),
  LAM(SETTINGS, "it has tags in its addresses (LAM)", "start it without"),

  // Its memory
  SYSV_SHM(MEMORY, "System V shared memory of another IPC namespace"),
  AIO(MEMORY, "a ring of io_setup(2)"),
  HUGETLB(MEMORY, "huge TLB pages of a file of hugetlbfs, or of a System V segment"),
  MEMFD_SECRET(MEMORY, "secret memory"),
  VMA_DEVICE(MEMORY, "device memory, a mapping of the kernel's, or a device file under /dev"),
  USERFAULTFD(
      MEMORY,
      "watched by a userfaultfd, of its own, or as long as pages come in (`--pages lazy`)",
      "wait until they are in"),
  VMA_FLAG(MEMORY, "has a flag that we do not know or cannot rebuild; the line names it"),
  MAPPING_DELETED(
      MEMORY,
      "maps a file that is deleted or was replaced, and that has another name, holds more than 1"
          + " GiB, or can be read by root only"),
  SHMEM_OUTSIDE(MEMORY, "shared memory that another process maps too", "end that process"),

  // Its files
  FD_SOCKET(FILES, "a socket of a protocol that cannot be saved; the line names it"),
  TCP_CONNECTION(
      FILES,
      "a TCP connection",
      "close it, or dump with `--stop --tcp-established`, or with `--tcp-close`"),
  TCP_STATE(
      FILES,
      "a TCP connection that is being made, was closed at both ends at once, or shut down for"
          + " reading",
      "wait until it is established or gone, or dump with `--tcp-close`"),
  TCP_ULP(
      FILES,
      "a TCP connection with an upper layer protocol in the kernel, such as TLS",
      "close it, or dump with `--tcp-close`"),
  TCP_REPAIR(
      FILES,
      "we may not read its TCP connections, or not make them again",
      "root, or CAP_NET_ADMIN in the user namespace of its network"),
  SOCKET_OUTSIDE(
      FILES,
      "connected to a socket of another process, or to one that nobody has accepted",
      "close the connection, or dump with `--ext-unix`"),
  SOCKET_SHARED(
      FILES, "another process holds it too", "end the other process, or have it close the socket"),
  SOCKET_BACKLOG(
      FILES,
      "connections wait to be accepted",
      "let the task accept them, or dump with `--tcp-close` or `--ext-unix`"),
  SOCKET_NAME(
      FILES,
      "an end of a connection has a name that cannot be given again: its listening socket is"
          + " closed"),
  SOCKET_UNLINKED(FILES, "bound to a file that was unlinked or replaced"),
  SOCKET_RIGHTS(
      FILES,
      "a file waits in the queue of a socket that cannot be sent again, or a label or a pidfd of"
          + " the sender; the line says why",
      "let the task receive it"),
  SOCKET_QUEUE(
      FILES,
      "a message waits that cannot be sent again; the line says why",
      "let the task receive it"),
  SOCKET_ERROR(FILES, "an error waits that was not read", "let the task read it"),
  SOCKET_OOB(FILES, "out-of-band data waits", "let the task read it"),
  SOCKET_FILTER(
      FILES,
      "an eBPF program is its filter, or a program that of its fanout group, or it is a TCP"
          + " connection to be kept and has one"),
  PACKET_RING(
      FILES,
      "a packet socket shares a ring of packets with the kernel (PACKET_RX_RING, PACKET_TX_RING);"
          + " where the kernel would go on in it cannot be set"),
  SOCKET_PEEK_OFF(FILES, "SO_PEEK_OFF is set"),
  FD_EVENTFD(FILES, "an eventfd of which the kernel does not tell enough", "Linux 6.5 or newer"),
  FD_EVENTPOLL(FILES, "an epoll instance that polls network devices busily", "switch that off"),
  EPOLL_OUTSIDE(
      FILES,
      "an epoll instance watches a file of which the task has no descriptor",
      "end the process that has it"),
  EPOLL_FIRED(
      FILES,
      "a one-shot item has fired, and its file is not ready; from a restore: is not ready any more",
      "try again when the program has armed it again"),
  FD_SHARED(FILES, "another process has the same open file", "end the other process"),
  FD_TIMERFD(
      FILES,
      "a timer that expired, or was canceled because a clock was set",
      "try again when the program has read it"),
  FD_FANOTIFY(FILES, "a fanotify group"),
  FD_PERF(FILES, "a perf event"),
  FD_PIDFD(FILES, "a pidfd of a process that is gone"),
  INOTIFY_EVENTS(
      FILES, "inotify events that were not read", "try again when the program has read them"),
  INOTIFY_PATH(
      FILES,
      "an inotify instance watches what no name leads to",
      "run as root; watch a file system with handles"),
  INOTIFY_WD(FILES, "a watch descriptor above 65536", "make it open a new inotify instance"),
  FD_IO_URING(FILES, "an io_uring"),
  FD_USERFAULTFD(FILES, "a userfaultfd"),
  FD_ANON_INODE(FILES, "another file without a name, e.g. of bpf(2)"),
  FIFO_UNREAD(
      FILES, "a named pipe holds bytes that nobody has it open to read", "let a reader take them"),
  FD_BLOCK_DEVICE(FILES, "a block device"),
  FD_DEVICE(FILES, "a character device with a state of its own"),
  FD_TTY(
      FILES,
      "a terminal other than a pseudo terminal, or with a line discipline of its own; or `/dev/tty`"
          + " of a task that has none",
      "redirect it, or start it from a terminal window"),
  PTY_OUTSIDE(
      FILES, "a pseudo terminal of which another process has a side open", "end that process"),
  PTY_QUEUE(
      FILES,
      "a pseudo terminal whose master side is the task's, and in which something waits or output is"
          + " stopped",
      "try again when the program has read it"),
  FD_PROC(
      FILES,
      "a file of /proc about another process, or one of /proc or /sys that is more than a view"),
  FD_DELETED(FILES, "its name is gone or leads elsewhere", "give it its name back, or close it"),
  FD_LOCK(FILES, "holds a lock of a kind that we do not know", "release it"),
  LEASE_BREAKING(
      FILES, "holds a lease that another process waits for", "release it, or try again later"),
  FD_OWNER(FILES, "sends its signals to another process", "fcntl: F_SETOWN 0"),
  FD_UNKNOWN(FILES, "of no known kind"),
  EMBED_FILE(
      FILES,
      "a file that `--embed-files` asks for cannot be read, holds more than 1 GiB, or has a lease"
          + " that reading would break; found last, after all other refusals",
      "leave it out"),
  PIPE_MIXED(
      FILES,
      "a pipe in which packets (O_DIRECT) wait beside other content",
      "have it read before the dump"),
  PIPE_OUTSIDE(FILES, "leads to another process", "redirect it to a file, or end that process"),

  // The image file of a dump
  IMAGE_EXISTS(IMAGE_FILE, "there is a file of that name", "another name, or `--force`"),
  IMAGE_IS_FOLDER(IMAGE_FILE, "the name is a folder's", "name a file in it"),
  IMAGE_NO_FOLDER(IMAGE_FILE, "the folder is not there", "make it"),
  IMAGE_NOT_FILE(
      IMAGE_FILE,
      "the name is a device's, a pipe's or a socket's, which `--force` does not replace either",
      "another name"),
  IMAGE_NOT_WRITABLE(
      IMAGE_FILE,
      "no file of that name can be made in the folder: rights, a read-only file system, a name that"
          + " is too long",
      "another folder or name, or the right"),
  KEY_FILE(
      IMAGE_FILE,
      "the file of `--key-file` may be read by others, or has less than 32 bytes or more than 64"
          + " KiB; a restore refuses it too",
      "`chmod 600`, if nobody has read it; else a new one: `head -c 32 /dev/urandom`"),
  PASSPHRASE(
      IMAGE_FILE,
      "no passphrase was typed, or not the same one twice, or there is no terminal to type it at",
      "try again, or `--key-file`"),
  NO_BACKEND(
      IMAGE_FILE,
      "no page reader or filler of that name, or none that works here",
      "`ckpt check` lists them"),
  NO_MEMORY_MODULE(IMAGE_FILE, "ckpt-mem is not on the class path (library use)", "put it there"),

  // A restore
  ARCH_DIFFERS(RESTORE, "the image is of another machine type", "restore it on one"),
  CPU_DIFFERS(
      RESTORE,
      "features that a program may have found are missing here (the line names them), or the"
          + " extended state has another size",
      "a machine with the same CPU features"),
  VDSO_DIFFERS(
      RESTORE,
      "the kernel has another vdso, and a thread stands in the old one, or the image lacks it",
      "the kernel build it was dumped on"),
  CLOCK_BACK(
      RESTORE,
      "dumped in another boot, or with a time namespace, and its clocks would go back here",
      "restore it as root, on a kernel with time namespaces"),
  CREDS_DIFFER(
      RESTORE,
      "a thread's ids, capabilities or securebits cannot be had again",
      "the rights that it was dumped with"),
  PID_TAKEN(
      RESTORE,
      "a pid or tid is in use; the line says by whom: a process, a zombie that its parent has not"
          + " waited for, a thread, or a process group or session that still has members",
      "end or collect what uses it, or restore with `--pid-namespace`"),
  NO_RIGHT_TO_PIDS(RESTORE, "we may not choose pids", "root, or CAP_CHECKPOINT_RESTORE"),
  NO_RIGHT_TO_NAMESPACE(
      RESTORE,
      "it was to have a pid namespace, and we may not make one, not in a user namespace either, or"
          + " it has shared memory that only root can make again",
      "root, or CAP_SYS_ADMIN; or without `--pid-namespace`"),
  NEW_PID(
      RESTORE,
      "it was to get a new pid, and has several threads, a robust mutex or a file of /proc that is"
          + " called by its pid, or nobody can tell where it has noted its tid",
      "restore it without `--new-pid`, or with `--pid-namespace`"),
  OUTSIDE_NAMESPACE(
      RESTORE,
      "it was to have a pid namespace, and has to do with a process outside, which it could not see"
          + " there: by a pidfd, or by a file of /proc",
      "restore it without `--pid-namespace`, or dump it without that"),
  NO_RIGHT_TO_USER(RESTORE, "a thread belongs to another user", "run as that user or as root"),
  NO_RIGHT_TO_SCHED(
      RESTORE,
      "its policy, nice value or I/O priority is not ours to give",
      "run with CAP_SYS_NICE, or as nice as it was"),
  NO_RIGHT_TO_NET(
      RESTORE,
      "one of its sockets is not ours to make, or datagrams wait in one, which are put back by raw"
          + " packets",
      "run as root or with CAP_NET_RAW and CAP_NET_ADMIN; for a datagram socket of ICMP with a"
          + " group of net.ipv4.ping_group_range"),
  AFFINITY(
      RESTORE,
      "a thread is bound to CPUs of which none is here",
      "restore it where it may use one of them"),
  PRCTL_IO_FLUSHER(RESTORE, "a thread is an I/O flusher", "run with CAP_SYS_RESOURCE"),
  RLIMIT(
      RESTORE,
      "a limit of the task is above ours, or ours leaves no room for the descriptors that it takes"
          + " to rebuild it",
      "raise ours before, or run with CAP_SYS_RESOURCE"),
  MLOCK_LIMIT(
      RESTORE,
      "it has more memory locked than we may lock",
      "raise our limit before, or run with CAP_IPC_LOCK"),
  HUGETLB_POOL(RESTORE, "there are too few huge TLB pages of its size", "raise `vm.nr_hugepages`"),
  NUMA_NODES(
      RESTORE,
      "its memory comes from NUMA nodes that are not here, or not for us",
      "restore it where it may use them"),
  PIDFD_GONE(RESTORE, "it has a pidfd of a process that is gone", "dump it without"),
  INOTIFY_GONE(RESTORE, "what it watches is not there, or not as it was", "put it back"),
  TIMERFD_ALARM(
      RESTORE,
      "it has a timer that wakes the machine, and we have not the right to that",
      "root, or CAP_WAKE_ALARM"),
  FILE_GONE(
      RESTORE,
      "a file it had open or mapped is not there, and is not in the image, or its folder is gone or"
          + " may not be written to",
      "put it back, or make the folder"),
  FILE_CHANGED(
      RESTORE,
      "a file that must be unchanged has another size or time, or is a program or library of"
          + " another build; or a symbolic link has the place of one that was open for writing, or"
          + " a device is another",
      "put the old one back, with its time (`cp -p`)"),
  PRE_DUMP(
      RESTORE,
      "the image is of a pre-dump: its pages were read while the task ran",
      "restore an image that builds on it"),
  IMAGE_NOT_TRUSTED(
      RESTORE,
      "the image belongs to another user than root or us, or others can write to it: to restore it"
          + " is to run what they wrote",
      "`chmod go-w`, or `--trust-image`"),
  FD_NOT_OPEN(
      RESTORE,
      "`--inherit-fd` names a descriptor that the task does not have",
      "`ckpt show` lists them"),
  INHERIT_FILE(
      RESTORE,
      "a file of `--inherit-fd` cannot be opened, or is neither a file nor a character device",
      "name another"),
  FIFO_BUSY(
      RESTORE,
      "another process has a named pipe of the task's open",
      "end it, or let it open the pipe after the restore"),
  LOCK_TAKEN(
      RESTORE,
      "a lock it held is somebody else's now, or a file it had a lease on is open",
      "end that process, or wait"),
  PORT_TAKEN(
      RESTORE,
      "another socket has the address of one of its sockets",
      "end what uses it, or wait until it is free"),
  ADDRESS_GONE(
      RESTORE,
      "this machine does not have the address of one of its sockets, or that a datagram in one was"
          + " sent to, or an interface under its number",
      "give it the address or the interface"),
  SOCKET_NAME_TAKEN(
      RESTORE,
      "another socket, or a file of another kind, has the name of one of its unix sockets",
      "end the process that has it, or move the file away"),
  SOCKET_PEER_GONE(
      RESTORE,
      "a datagram socket was connected to one of another process, by a name that leads to none now",
      "start what it belongs to"),
  SYSV_SHM_TAKEN(
      RESTORE,
      "the id or key of System V shared memory belongs to another segment",
      "remove that one (`ipcrm`), if nobody needs it"),
  GHOST_FOLDER(
      RESTORE,
      "a file had no name, or a folder was removed, and none can be made where it was",
      "make its folder writable; for files on a file system with O_TMPFILE"),
  LAZY_PAGES(
      RESTORE,
      "pages cannot come later: the image is piped or sealed, or the kernel does not let us serve"
          + " them; the line says which",
      "restore it without `--pages lazy`"),
  MAP_PAGES(
      RESTORE,
      "pages cannot be mapped: the image is piped, sealed or compressed, builds on another, or lies"
          + " where no file can be mapped as memory is; the line says which",
      "restore it without `--pages map-unsafe`"),
  CWD_GONE(RESTORE, "its working folder is not there", "make it again"),
  NO_TTY(RESTORE, "it has a terminal open and we have none", "restore it from a terminal"),
  ADDRESS_SPACE_FULL(RESTORE, "it leaves no room for our code while it is rebuilt", "none"),
  DEMO_NOT_ALLOWED(
      RESTORE,
      "this kernel or our rights do not allow a dump and a restore; the line says what is missing",
      "run the demo as root; `ckpt check`"),
  DEMO_NO_PERL(
      RESTORE, "the demo found no perl", "install perl-base, or dump a program of your own");

  private final CodeGroup group;
  private final String meaning;
  private final String remedy;

  RefusalCode(CodeGroup group, String meaning) {
    this(group, meaning, "");
  }

  RefusalCode(CodeGroup group, String meaning, String remedy) {
    this.group = group;
    this.meaning = meaning;
    this.remedy = remedy;
  }

  @Override
  public CodeGroup group() {
    return group;
  }

  @Override
  public String meaning() {
    return meaning;
  }

  @Override
  public String remedy() {
    return remedy;
  }
}
