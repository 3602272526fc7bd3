package dev.ckpt.cli;

import dev.ckpt.cli.Ability.Need;
import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.backend.PageFiller;
import dev.ckpt.core.backend.PageReader;
import dev.ckpt.core.backend.Probe;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.KernelFeatures;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.proc.MapsEntry;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.CodeSite;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.core.tracee.StubTrial;
import dev.ckpt.core.tracee.Vdso;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks this machine what it allows us. Everything is tried on ourselves, in ways that leave no
 * trace: nothing is stopped or written, and nothing is started but a stub of ours.
 */
final class Machine {
  private static final int OLDEST_MAJOR = 5;
  private static final int OLDEST_MINOR = 15;
  private static final int CAP_SYS_PTRACE = 19;
  private static final Path PTRACE_SCOPE = Path.of("/proc/sys/kernel/yama/ptrace_scope");
  private static final Pattern RELEASE = Pattern.compile("([0-9]+)\\.([0-9]+).*");
  private static final String AMD64 = "amd64";

  private final List<Ability> abilities = new ArrayList<>();
  private final ProcFs self = ProcFs.of(Tasks.self());

  private Machine() {}

  /** A trial of one call. */
  private interface Trial {
    String run() throws IOException;
  }

  /** Everything that a dump or restore may want to use. */
  static List<Ability> ask() throws IOException {
    Machine machine = new Machine();
    machine.askBasics();
    machine.askDump();
    machine.askRestore();
    machine.askBackends();
    return List.copyOf(machine.abilities);
  }

  private void askBasics() throws IOException {
    String release = ProcFs.osRelease();
    Matcher number = RELEASE.matcher(release);
    boolean recent = number.matches() && isRecent(number.group(1), number.group(2));
    add("kernel", Need.NOBODY, recent, release + (recent ? "" : ", older than 5.15, never tried"));
    String arch = System.getProperty("os.arch");
    boolean known = arch.equals(AMD64);
    add("processor", Need.BOTH, known, arch + (known ? "" : ", only x86-64 is known"));
  }

  static boolean isRecent(String majorText, String minorText) {
    int major = Integer.parseInt(majorText);
    return major > OLDEST_MAJOR
        || major == OLDEST_MAJOR && Integer.parseInt(minorText) >= OLDEST_MINOR;
  }

  private void askDump() throws IOException {
    attempt(
        "ptrace",
        Need.BOTH,
        "",
        () -> {
          KernelFeatures.tryPtrace();
          return ptraceRights();
        });
    attempt(
        "kcmp",
        Need.DUMP,
        "",
        () -> {
          Tasks.kcmp(Tasks.self(), Tasks.self(), Tasks.KcmpType.VM, 0, 0);
          return "finds descriptors and memory that are shared";
        });
    attempt("pidfd_getfd", Need.DUMP, "", this::duplicateOwn);
    attempt("vdso room", Need.DUMP, "", this::vdsoRoom);
    attempt(
        "PTRACE_GET_RSEQ_CONFIGURATION",
        Need.DUMP,
        "",
        () -> {
          StubTrial.tryRseqConfiguration();
          return "finds restartable sequences";
        });
    attempt(
        "PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG",
        Need.NOBODY,
        "programs with syscall user dispatch are not refused, and lose it",
        () -> {
          StubTrial.trySyscallDispatch();
          return "finds syscall user dispatch";
        });
    attempt(
        "PAGEMAP_SCAN",
        Need.NOBODY,
        "/proc/PID/pagemap is read instead",
        () -> {
          KernelFeatures.tryPagemapScan();
          return "finds pages fast";
        });
    attempt(
        "UFFD_FEATURE_WP_ASYNC",
        Need.NOBODY,
        "each image of a watch has everything; no --pre-dump",
        () -> {
          KernelFeatures.tryWriteTracking();
          return "tells what was written since a dump";
        });
    attempt(
        "map_files",
        Need.NOBODY,
        "mapped files that were deleted, and shared memory, may be refused",
        this::mapFiles);
    attempt(
        "O_TMPFILE here",
        Need.NOBODY,
        "an image here is written under another name and renamed",
        Machine::namelessFile);
  }

  private void askRestore() {
    attempt(
        "clone3 set_tid",
        Need.RESTORE,
        "run as root or with CAP_CHECKPOINT_RESTORE",
        () -> {
          KernelFeatures.tryChosenPid();
          return "a task gets its old pid";
        });
  }

  private void askBackends() {
    List<PageReader.Provider> readers = Backends.pageReaders();
    for (PageReader.Provider reader : readers) {
      Probe probe = reader.probe();
      Need need = readers.size() == 1 ? Need.DUMP : Need.NOBODY;
      add("page reader " + reader.name(), need, probe.works(), probe.reason());
    }
    List<PageFiller.Provider> fillers = Backends.pageFillers();
    for (PageFiller.Provider filler : fillers) {
      Probe probe = filler.probe();
      Need need = fillers.size() == 1 ? Need.RESTORE : Need.NOBODY;
      add("page filler " + filler.name(), need, probe.works(), probe.reason());
    }
    if (readers.isEmpty()) {
      add("page reader", Need.DUMP, false, "none on the class path");
    }
    if (fillers.isEmpty()) {
      add("page filler", Need.RESTORE, false, "none on the class path");
    }
  }

  private String ptraceRights() throws IOException {
    if ((self.status().capEff() >> CAP_SYS_PTRACE & 1) != 0) {
      return "every task (CAP_SYS_PTRACE)";
    }
    String scope = "0";
    try {
      scope = Files.readString(PTRACE_SCOPE).strip();
    } catch (NoSuchFileException e) {
      return "tasks of the same user";
    }
    return switch (scope) {
      case "0" -> "tasks of the same user";
      case "1" -> "our own children only (" + PTRACE_SCOPE + " is 1)";
      default ->
          throw new CkptException(
              FailureCode.PTRACE_SCOPE, PTRACE_SCOPE + " is " + scope + ", run as root");
    };
  }

  private String duplicateOwn() throws IOException {
    try (Fd pidfd = Tasks.pidfdOpen(Tasks.self())) {
      try (Fd duplicate = Tasks.pidfdGetfd(pidfd, pidfd.number())) {
        duplicate.fcntl(Fcntl.F_GETFD, 0);
        return "looks into descriptors";
      }
    }
  }

  private static String namelessFile() throws IOException {
    try (Fd nameless = Fd.open(".", Fcntl.O_TMPFILE | Fcntl.O_RDWR)) {
      nameless.fcntl(Fcntl.F_GETFD, 0);
      return "an image in this folder appears whole or not at all";
    }
  }

  private String vdsoRoom() throws IOException {
    Optional<RemoteMap> vdso = Vdso.find(self.maps().entries());
    if (vdso.isEmpty()) {
      throw new CkptException(RefusalCode.VDSO_NONE, "this kernel maps no vdso");
    }
    try (RemoteMemory memory = RemoteMemory.open(Tasks.self(), TouchHook.NONE)) {
      CodeSite site = CodeSite.find(Tasks.self(), vdso.get(), memory);
      long room = vdso.get().end() - site.address();
      return room + " bytes at its end for code that runs in a task";
    }
  }

  private String mapFiles() throws IOException {
    Optional<MapsEntry> mapped =
        self.maps().entries().stream().filter(entry -> entry.inode() != 0).findFirst();
    if (mapped.isPresent() && !self.mapFileLink(mapped.get()).isEmpty()) {
      return "finds mapped files and shared memory";
    }
    throw new CkptException(FailureCode.MAP_FILES, "we have no mapped file to try it on");
  }

  /** Adds a row by trying; what is thrown says why it does not work. */
  private void attempt(String name, Need need, String instead, Trial trial) {
    try {
      add(name, need, true, trial.run());
    } catch (SyscallException e) {
      add(name, need, false, join(e.call() + ": " + Errno.describe(e.errno()), instead));
    } catch (IOException e) {
      add(name, need, false, join(e.getMessage(), instead));
    }
  }

  private static String join(String why, String instead) {
    return instead.isEmpty() ? why : why + "; " + instead;
  }

  private void add(String name, Need need, boolean works, String detail) {
    abilities.add(new Ability(name, need, works, detail));
  }
}
