package dev.ckpt.core.proc;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The CPUs that a process may use by its control group (cpuset, cgroup v1 and v2). */
final class Cpusets {
  private static final String V1_FILE = "cpuset.effective_cpus";
  private static final String V2_FILE = "cpuset.cpus.effective";

  private Cpusets() {}

  /** What the cpuset of a process leaves it; nothing where there is no cpuset to be seen. */
  static Optional<CpuList> effective(int pid) throws CkptException {
    for (Cgroups.Entry entry : ProcFs.of(pid).cgroup().entries()) {
      boolean unified = entry.controllers().isEmpty();
      if (unified || List.of(entry.controllers().split(",")).contains("cpuset")) {
        Optional<Path> file = file(entry, unified);
        if (file.isPresent()) {
          return Optional.of(CpuList.read(file.get()));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * The file of the group or of the nearest one above that has it: a group without the controller
   * has the CPUs of its parent. NB: in a container the path may be the host's, and only the root of
   * the mount is there.
   */
  private static Optional<Path> file(Cgroups.Entry entry, boolean unified) throws CkptException {
    Optional<Path> mount = mount(unified);
    if (mount.isEmpty()) {
      return Optional.empty();
    }
    Path top = mount.get().normalize();
    for (Path at = Path.of(top + "/" + entry.path()).normalize();
        at != null && at.startsWith(top);
        at = at.getParent()) {
      Path file = at.resolve(unified ? V2_FILE : V1_FILE);
      if (Files.isReadable(file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  private static Optional<Path> mount(boolean unified) throws CkptException {
    List<String> mounts;
    try {
      mounts = Files.readAllLines(Path.of("/proc/self/mounts"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new CkptException(FailureCode.CPUS_UNKNOWN, "the mounts cannot be read", e);
    }
    for (String mount : mounts) {
      // device folder type options 0 0
      String[] fields = mount.split(" ");
      boolean wanted =
          unified
              ? fields[2].equals("cgroup2")
              : fields[2].equals("cgroup") && List.of(fields[3].split(",")).contains("cpuset");
      if (wanted) {
        return Optional.of(Path.of(fields[1]));
      }
    }
    return Optional.empty();
  }
}
