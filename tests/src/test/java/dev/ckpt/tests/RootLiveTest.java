package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Tasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A root folder that is ours by its numbers, and is another mount. */
@Tag("live")
class RootLiveTest {
  private static final int REFUSED = 3;

  /**
   * The folder, then the command. NB: nothing may be mounted where the folder is cleaned up: the
   * script runs in a mount namespace of its own, and the mount goes with that.
   */
  private static final String SCRIPT =
      "mount --bind / \"$1/root\" || exit 99;"
          + " chroot \"$1/root\" sleep 1000 & pid=$!;"
          + " trap 'kill $pid' EXIT;"
          + " until [ \"$(readlink /proc/$pid/root)\" = \"$1/root\" ]; do sleep 0.05; done;"
          + " \"$2\" dump $pid -o \"$1/image\"";

  @Test
  void aBindMountOfTheRootIsAnotherRoot(@TempDir Path folder) throws IOException {
    assumeTrue(Tasks.effectiveUser() == 0, "only root may mount");
    Path real = folder.toRealPath();
    Files.createDirectory(real.resolve("root"));
    Path command = real.resolve("ckpt");
    CkptProcess.writeScript(command);
    Path errors = real.resolve("errors");
    List<String> words =
        List.of(
            "/usr/bin/unshare",
            "-m",
            "sh",
            "-c",
            SCRIPT,
            "sh",
            real.toString(),
            command.toString());
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR);
        CkptProcess process = CkptProcess.start(nothing, nothing, errors, words)) {
      try {
        int code = process.awaitExit();
        assertEquals(REFUSED, code, process.errors());
        assertTrue(process.errors().contains("ckpt: ROOT: "), process.errors());
        assertFalse(Files.exists(real.resolve("image")));
      } finally {
        Sessions.end(process.pid());
      }
    }
  }
}
