package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A task comes back into the control groups that it was in, where they still are. */
@Tag("live")
class CgroupsLiveTest {
  private static final Programs.Program LOOP = new Programs.Program("counter_loop", "save", 0);
  private static final List<String> MOUNTS =
      List.of("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/pids");

  /** Groups of our own, one in each hierarchy where we can make one. */
  private static final class Groups implements AutoCloseable {
    private final List<Path> made = new ArrayList<>();

    Groups() throws IOException {
      assumeTrue(Tasks.effectiveUser() == 0, "needs root, to make control groups");
      for (String mount : MOUNTS) {
        // A tmpfs that only holds the hierarchies has no such file.
        if (!Files.exists(Path.of(mount, "cgroup.procs"))) {
          continue;
        }
        Path group = Path.of(mount, "ckpt-test-" + Tasks.self());
        try {
          made.add(Files.createDirectory(group));
        } catch (FileSystemException e) {
          // Mounted to be read only, in a container.
          continue;
        }
      }
      assumeTrue(!made.isEmpty(), "no hierarchy of control groups is ours to change");
    }

    void join(int pid) throws IOException {
      for (Path group : made) {
        Files.writeString(group.resolve("cgroup.procs"), pid + "\n");
      }
    }

    @Override
    public void close() throws IOException {
      for (Path group : made) {
        // A task that ended leaves its groups a moment later.
        Await.until(
            group + " to be empty",
            () -> Files.readAllLines(group.resolve("cgroup.procs")).isEmpty(),
            () -> "it is not");
        Files.deleteIfExists(group);
      }
      made.clear();
    }
  }

  private static String groupsOf(int pid) throws IOException {
    return ProcFs.of(pid).cgroup().raw().toString();
  }

  @Test
  void itsGroupsAreJoined() throws IOException {
    try (Groups groups = new Groups();
        LiveProgram live = LiveProgram.start(LOOP)) {
      live.awaitReady();
      groups.join(live.pid());
      String before = groupsOf(live.pid());
      Path image = live.besides("image");
      live.dump(image, true);
      RestartedTask task = live.restore(image, false);
      assertEquals(List.of(), task.notes());
      assertEquals(before, groupsOf(live.pid()));
      live.finish(LOOP.exitStatus());
    }
  }

  @Test
  void groupsThatAreGoneAreSaid() throws IOException {
    try (Groups groups = new Groups();
        LiveProgram live = LiveProgram.start(LOOP)) {
      live.awaitReady();
      groups.join(live.pid());
      int nr = groups.made.size();
      Path image = live.besides("image");
      live.dump(image, true);
      groups.close();
      RestartedTask task = live.restore(image, false);
      assertEquals(
          nr,
          task.notes().stream()
              .filter(note -> note.endsWith("is not there; it stays in ours"))
              .count(),
          () -> task.notes().toString());
      assertEquals(groupsOf(Tasks.self()), groupsOf(live.pid()));
      live.finish(LOOP.exitStatus());
    }
  }
}
