package dev.ckpt.rstr;

import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.Task;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** Puts the new process into its old control groups where they exist, and says where not. */
final class Cgroups {
  private Cgroups() {}

  static void restore(RstrContext context) throws CkptException {
    Task task = context.state().task();
    List<String> ours = List.of(ProcFs.of(Tasks.self()).cgroup().raw().utf8().split("\n"));
    for (String line : task.cgroup().utf8().split("\n")) {
      // hierarchy:controllers:path
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && !ours.contains(line)) {
        move(context, context.leader().pid(), parts[1], parts[2]);
      }
    }
  }

  private static void move(RstrContext context, int pid, String controllers, String path) {
    String where = "cgroup " + (controllers.isEmpty() ? "" : controllers + ":") + path;
    try {
      Optional<Path> mount = mountOf(controllers);
      if (mount.isEmpty()) {
        context.notes().add(where + ": its hierarchy is not mounted here; it stays in ours");
        return;
      }
      Optional<Path> procs = procsOf(mount.get(), path);
      if (procs.isEmpty()) {
        context.notes().add(where + ": is not in our hierarchy; it stays in ours");
        return;
      }
      if (!Files.exists(procs.get())) {
        context.notes().add(where + ": is not there; it stays in ours");
        return;
      }
      Files.writeString(procs.get(), pid + "\n", StandardOpenOption.WRITE);
    } catch (IOException e) {
      context.notes().add(where + ": cannot be joined (" + e.getMessage() + "); it stays in ours");
    }
  }

  /**
   * The file that takes the tasks of a group. None for a path that leads out, as the kernel shows
   * groups outside of our cgroup namespace: nor may an image lead us out. None for what is no path
   * here either: with a zero byte, or in letters that our locale lacks.
   */
  static Optional<Path> procsOf(Path mount, String path) {
    if (!path.startsWith("/") || List.of(path.split("/")).contains("..")) {
      return Optional.empty();
    }
    try {
      return Optional.of(Path.of(mount + path, "cgroup.procs"));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static Optional<Path> mountOf(String controllers) throws IOException {
    List<String> mounts =
        Files.readAllLines(Path.of("/proc/self/mounts"), StandardCharsets.ISO_8859_1);
    for (String mount : mounts) {
      String[] fields = mount.split(" ");
      boolean unified = controllers.isEmpty() && fields[2].equals("cgroup2");
      boolean legacy =
          !controllers.isEmpty()
              && fields[2].equals("cgroup")
              && List.of(fields[3].split(",")).containsAll(List.of(controllers.split(",")));
      if (unified || legacy) {
        return Optional.of(Path.of(fields[1]));
      }
    }
    return Optional.empty();
  }
}
