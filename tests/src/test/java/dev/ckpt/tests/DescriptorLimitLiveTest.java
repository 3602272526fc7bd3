package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task with a high descriptor, restored where just that one would be allowed. */
@Tag("live")
class DescriptorLimitLiveTest {
  private static final int REFUSED = 3;

  private static final int CAP_SYS_RESOURCE = 24;

  /** It has descriptor 700. */
  private static final String PROGRAM = "fd_regular";

  private static final String LIMIT = "ulimit -n 701; exec \"$@\"";
  private static final Pattern NEEDED = Pattern.compile("it takes (\\d+) descriptors");

  @TempDir Path folder;
  private LiveProgram task;
  private Path image;

  @BeforeEach
  void dump() throws IOException {
    assumeTrue(Tasks.effectiveUser() == 0, "only root can do without a right");
    task =
        LiveProgram.start(
            Programs.needed("prlimit"),
            List.of(
                "--nofile=701:701",
                Programs.folder().resolve(PROGRAM).toString(),
                "STATUS",
                "save"));
    task.awaitReady();
    image = task.besides("image");
    task.dump(image, true);
  }

  @AfterEach
  void end() throws IOException {
    if (task != null) {
      task.close();
    }
  }

  @Test
  void whoMayRaiseItDoes() throws IOException {
    long capabilities = ProcFs.of(Tasks.self()).status().capEff();
    assumeTrue((capabilities >>> CAP_SYS_RESOURCE & 1) != 0, "we have no CAP_SYS_RESOURCE");
    List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", LIMIT, "sh"));
    words.addAll(CkptProcess.words());
    CkptOutcome restored =
        CkptOutcome.ofWords(folder, Map.of(), words, "restore", "--detach", image.toString());
    assertEquals(0, restored.code(), restored.err());
    task.finish(0);
  }

  private CkptOutcome restoreWithoutTheRight(String limit) throws IOException {
    List<String> before =
        List.of(
            Programs.needed("setpriv").toString(),
            "--bounding-set=-sys_resource",
            "--",
            "/bin/sh",
            "-c",
            limit,
            "sh");
    return CkptOutcome.of(folder, before, "restore", "--detach", image.toString());
  }

  @Test
  void othersAreToldBeforehandHowManyItTakes() throws IOException {
    CkptOutcome refused = restoreWithoutTheRight(LIMIT);
    refused.expectFailure(REFUSED, "RLIMIT", "descriptors to rebuild it", "ulimit -H -n");
    assertFalse(Files.exists(Path.of("/proc/" + task.pid())));
    Matcher needed = NEEDED.matcher(refused.err());
    assertTrue(needed.find(), refused.err());
    CkptOutcome restored = restoreWithoutTheRight(LIMIT.replace("701", needed.group(1)));
    assertEquals(0, restored.code(), restored.err());
    task.finish(0);
  }
}
