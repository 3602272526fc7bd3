package dev.ckpt.rstr;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.BuildId;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Files;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.Limits;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.Status;
import dev.ckpt.core.tracee.x86_64.CpuFlags;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.CpuFeatures;
import dev.ckpt.format.record.Cred;
import dev.ckpt.format.record.FileFifo;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.FileTty;
import dev.ckpt.format.record.GhostFolder;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.Rlimits;
import dev.ckpt.format.record.TaskThread;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Looks at everything a restore needs before it creates anything, and lists all that is wrong. */
public final class Checks {
  private static final int CAP_IPC_LOCK = 14;
  private static final int CAP_SYS_ADMIN = 21;
  private static final int CAP_SYS_RESOURCE = 24;
  private static final int CAP_CHECKPOINT_RESTORE = 40;
  private static final int STDIO = 3;

  private final ImageState state;
  private final RestartOptions options;
  private final List<Refusal> refusals = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final TimeNamespace clocks;
  private final VdsoMapping vdso;
  private int ttyFd = -1;

  Checks(ImageState state, RestartOptions options) throws CkptException {
    this.state = state;
    this.clocks = TimeNamespace.of(state);
    this.vdso = VdsoMapping.of(state);
    this.options = options;
  }

  /** Throws with everything that stands in the way. */
  void run() throws CkptException {
    machine();
    clocks.check(this);
    rights();
    numbers();
    limits();
    files();
    GhostFiles.check(this);
    GhostFolders.check(this);
    ThreadFlags.check(this);
    SeccompFilters.check(this);
    SysvSegments.check(this);
    HugePages.check(this);
    Mempolicies.check(this);
    dev.ckpt.rstr.file.Files.check(this);
    terminal();
    if (!refusals.isEmpty()) {
      throw new UnsupportedStateException(refusals);
    }
  }

  /** What is no reason to refuse but worth a line. */
  public List<String> notes() {
    return notes;
  }

  /** Takes note of something that is worth a line. */
  public void note(String line) {
    notes.add(line);
  }

  /** The clocks that the task gets. */
  TimeNamespace clocks() {
    return clocks;
  }

  /** The vdso that the task gets. */
  VdsoMapping vdso() {
    return vdso;
  }

  /** One of our descriptors that is a terminal for the task's, -1 when it needs none. */
  int ttyFd() {
    return ttyFd;
  }

  /** What is to be restored. */
  public ImageState state() {
    return state;
  }

  /** What was asked for. */
  public RestartOptions options() {
    return options;
  }

  /** Takes note of something that stands in the way. */
  public void refuse(Code code, String object, String remedy) {
    refusals.add(new Refusal(code, object, remedy));
  }

  private void machine() throws CkptException {
    Header header = state.header();
    if (header.arch() != Header.EM_X86_64) {
      refuse(
          RefusalCode.ARCH_DIFFERS,
          "image is of machine type " + header.arch(),
          "restore it on a machine of that type");
      return;
    }
    vdso.check(this);
    for (CpuFeatures features : state.all(CpuFeatures.class)) {
      List<String> missing = CpuFlags.missing(features.names(), ProcFs.cpuInfo().flags());
      if (!missing.isEmpty()) {
        refuse(
            RefusalCode.CPU_DIFFERS,
            "the CPU of the dump had " + String.join(", ", missing) + ", and this one has not",
            "restore it on a machine with the same CPU features");
      }
    }
  }

  private void rights() throws CkptException {
    Status ours = ProcFs.of(Tasks.self()).status();
    long effective = ours.capEff();
    if (options.pids() == PidPolicy.OLD
        && !has(effective, CAP_CHECKPOINT_RESTORE)
        && !has(effective, CAP_SYS_ADMIN)) {
      refuse(
          RefusalCode.NO_RIGHT_TO_PIDS,
          "pid " + state.task().pid() + " cannot be chosen",
          "run as root or with CAP_CHECKPOINT_RESTORE");
    }
    for (Cred cred : state.all(Cred.class)) {
      if (Tasks.effectiveUser() != 0 && cred.uid() != Tasks.effectiveUser()) {
        refuse(
            RefusalCode.NO_RIGHT_TO_USER,
            "thread " + cred.tid() + " belongs to user " + cred.uid(),
            "run as that user or as root");
      }
      Creds.obstacle(ours, cred)
          .ifPresent(
              why ->
                  refuse(
                      RefusalCode.CREDS_DIFFER,
                      "thread " + cred.tid() + " " + why,
                      "run ckpt with the rights that it was dumped with"));
    }
  }

  /** Whether we have a capability, and so the new task until its own are set. */
  public static boolean hasCapability(int capability) throws CkptException {
    return has(ProcFs.of(Tasks.self()).status().capEff(), capability);
  }

  private static boolean has(long capabilities, int capability) {
    return (capabilities >>> capability & 1) != 0;
  }

  private void numbers() throws CkptException {
    switch (options.pids()) {
      case NAMESPACE -> PidNamespace.check(this);
      case NEW -> NewPid.check(this);
      case OLD -> checkFree();
    }
  }

  private void checkFree() {
    for (TaskThread thread : state.threads()) {
      if (java.nio.file.Files.exists(java.nio.file.Path.of("/proc/" + thread.tid()))) {
        refusals.add(PidHolder.refusal(thread.tid()));
      }
    }
  }

  private void limits() throws CkptException {
    Limits ours = ProcFs.of(Tasks.self()).limits();
    boolean mayRaise = has(ProcFs.of(Tasks.self()).status().capEff(), CAP_SYS_RESOURCE);
    List<Rlimits.Rlimit> theirs = state.only(Rlimits.class).limits();
    for (int i = 0; i < theirs.size() && !mayRaise; i++) {
      if (Long.compareUnsigned(theirs.get(i).max(), ours.get(i).hard()) > 0) {
        refuse(
            RefusalCode.RLIMIT,
            "limit " + i + " is " + theirs.get(i).max() + ", above ours",
            "raise ours before, or run with CAP_SYS_RESOURCE");
      }
    }
    int numbers = FdNumbers.needed(state);
    if (!mayRaise && Long.compareUnsigned(numbers, ours.get(Limits.RLIMIT_NOFILE).hard()) > 0) {
      refuse(
          RefusalCode.RLIMIT,
          "it takes " + numbers + " descriptors to rebuild it, more than we may have",
          "raise our limit before (ulimit -H -n), or run with CAP_SYS_RESOURCE");
    }
    long locked = LockedMemory.lenBytes(state);
    long mayLock = ours.get(Limits.RLIMIT_MEMLOCK).hard();
    if (Long.compareUnsigned(locked, mayLock) > 0
        && !has(ProcFs.of(Tasks.self()).status().capEff(), CAP_IPC_LOCK)) {
      refuse(
          RefusalCode.MLOCK_LIMIT,
          locked + " bytes are locked in memory, and we may lock " + mayLock,
          "raise our limit before (ulimit -H -l), or run with CAP_IPC_LOCK");
    }
  }

  private void files() throws CkptException {
    Set<Integer> written = openToWrite();
    for (var entry : state.shared(FileRef.class).entrySet()) {
      FileRef file = entry.getValue();
      if (isInOwnProc(file) || EmbeddedFiles.comesBack(file, this)) {
        continue;
      }
      FileStat now;
      try {
        now = isLink(file) ? FileStat.ofLink(bytes(file)) : FileStat.of(bytes(file));
      } catch (SyscallException e) {
        refuse(RefusalCode.FILE_GONE, file.path() + " (" + e.getMessage() + ")", "put it back");
        continue;
      }
      if (written.contains(entry.getKey()) && isLinkNow(file)) {
        refuse(
            RefusalCode.FILE_CHANGED,
            file.path() + " was open for writing and is a symbolic link now",
            "put the file back");
      } else if (now.type() != (file.mode() & FileStat.S_IFMT)) {
        refuse(
            RefusalCode.FILE_CHANGED,
            file.path() + " is of another type now",
            "put the old one back");
      } else if (contentMatters(entry.getKey())) {
        content(entry.getKey(), file, now);
      }
    }
    workingFolder();
  }

  /**
   * Whether a file is what it was, by size and time, or by the build id of a program: a package
   * that was installed anew has other times, one that was built for another release may have the
   * same.
   */
  private void content(int objref, FileRef file, FileStat now) throws CkptException {
    boolean otherTime = now.mtimeNanos() != file.mtimeNanos();
    if (now.size() == file.size() && !file.buildId().isEmpty() && !isWritten(objref)) {
      Optional<ByteString> id = BuildId.of(file.path());
      if (id.isPresent() && !id.get().equals(file.buildId())) {
        refuse(
            RefusalCode.FILE_CHANGED,
            file.path() + " has build id " + hex(id.get()) + ", not " + hex(file.buildId()),
            "put the old one back");
        return;
      }
      if (id.isPresent() && otherTime) {
        notes.add("file: " + file.path() + " is another copy, of the same build");
        return;
      }
    }
    if (otherTime || now.size() != file.size()) {
      changed(objref, file);
    }
  }

  private static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }

  private static byte[] bytes(FileRef file) {
    return file.path().toByteArray();
  }

  /** Whether it is there as soon as the task is. */
  private boolean isInOwnProc(FileRef file) throws CkptException {
    return PidNamespace.ownerOf(file.path()).equals(OptionalInt.of(state.task().pid()));
  }

  private static boolean isLink(FileRef file) {
    return (file.mode() & FileStat.S_IFMT) == FileStat.S_IFLNK;
  }

  /** NB: the name of an open file is that of no link: the kernel had followed all of them. */
  private static boolean isLinkNow(FileRef file) throws SyscallException {
    return !isLink(file) && FileStat.ofLink(bytes(file)).type() == FileStat.S_IFLNK;
  }

  /** Whether anything of the task's reads or maps it, or it is only known by its name. */
  private boolean contentMatters(int objref) throws CkptException {
    return state.mm().exeFile() == objref
        || state.vmas().stream().anyMatch(vma -> vma.backing() == objref)
        || state.shared(FileRegular.class).values().stream()
            .anyMatch(open -> open.file() == objref);
  }

  private void workingFolder() throws CkptException {
    if (state.all(GhostFolder.class).stream().anyMatch(GhostFolder::working)) {
      return;
    }
    try {
      FileStat cwd = FileStat.of(state.task().cwd().toByteArray());
      if (cwd.type() != FileStat.S_IFDIR) {
        refuse(
            RefusalCode.CWD_GONE, state.task().cwd() + " is no folder any more", "make it again");
      }
    } catch (SyscallException e) {
      refuse(
          RefusalCode.CWD_GONE, state.task().cwd() + " (" + e.getMessage() + ")", "make it again");
    }
  }

  private void changed(int objref, FileRef file) throws CkptException {
    if (!isWritten(objref)) {
      refuse(
          RefusalCode.FILE_CHANGED,
          file.path() + " is not what it was when the task was dumped",
          "put the old one back");
    } else if (options.files() == FilesPolicy.STRICT) {
      refuse(
          RefusalCode.FILE_CHANGED,
          file.path() + " was open for writing and has changed",
          "put the old one back, or restore with --files newer-ok");
    } else {
      notes.add("file: " + file.path() + " was open for writing and has changed; offset kept");
    }
  }

  /** The files that the new task will open for writing. */
  private Set<Integer> openToWrite() {
    Set<Integer> files = new HashSet<>();
    for (FileRegular open : state.shared(FileRegular.class).values()) {
      if ((open.flags() & Fcntl.O_ACCMODE) != Fcntl.O_RDONLY) {
        files.add(open.file());
      }
    }
    state.shared(FileFifo.class).values().forEach(fifo -> files.add(fifo.file()));
    for (Vma vma : state.vmas()) {
      if (vma.has(VmFlag.SH)) {
        files.add(vma.backing());
      }
    }
    return files;
  }

  /** Whether the task itself may have changed a file, and nothing of it needs it unchanged. */
  private boolean isWritten(int objref) throws CkptException {
    boolean written = false;
    for (Vma vma : state.vmas()) {
      if (vma.backing() == objref) {
        if (vma.kind() != VmaKind.FILE_SHARED || !vma.has(VmFlag.MW)) {
          return false;
        }
        written = true;
      }
    }
    if (state.mm().exeFile() == objref) {
      return false;
    }
    for (FileRegular open : state.shared(FileRegular.class).values()) {
      if (open.file() == objref && (open.flags() & Fcntl.O_ACCMODE) != Fcntl.O_RDONLY) {
        written = true;
      }
    }
    return written;
  }

  private void terminal() {
    if (state.shared(FileTty.class).isEmpty()) {
      return;
    }
    for (int fd = 0; fd < STDIO; fd++) {
      if (Files.isTty(fd)) {
        ttyFd = fd;
        return;
      }
    }
    refuse(RefusalCode.NO_TTY, "the task has a terminal open", "restore it from a terminal");
  }
}
