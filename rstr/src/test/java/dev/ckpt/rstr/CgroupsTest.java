package dev.ckpt.rstr;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CgroupsTest {
  private static final Path MOUNT = Path.of("/sys/fs/cgroup");

  @Test
  void findsTheFileOfAGroup() {
    assertEquals(Optional.of(Path.of("/sys/fs/cgroup/cgroup.procs")), Cgroups.procsOf(MOUNT, "/"));
    assertEquals(
        Optional.of(Path.of("/sys/fs/cgroup/a..b/c/cgroup.procs")),
        Cgroups.procsOf(MOUNT, "/a..b/c"));
  }

  @Test
  void isNotLedOut() {
    for (String path : List.of("", "a", "/..", "/../a", "/a/../../b", "/a\0b")) {
      assertEquals(Optional.empty(), Cgroups.procsOf(MOUNT, path), path);
    }
  }
}
