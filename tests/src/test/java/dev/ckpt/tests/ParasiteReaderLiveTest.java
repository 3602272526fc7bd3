package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.backend.PageReader;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.RefusalCode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("live")
class ParasiteReaderLiveTest extends PageReaderContract {
  private static final String NAME = "parasite";
  private static final int RLIMIT_NOFILE = 7;

  @Override
  PageReader.Provider provider() {
    return named(NAME);
  }

  @Test
  void isChosenByName() throws UnsupportedStateException {
    assertEquals(NAME, Backends.pageReader(NAME).name());
  }

  /** The pipe is there as long as the reader is. */
  @Test
  void leavesNoDescriptor() throws IOException {
    StubTask.with(
        task -> {
          ProcFs proc = ProcFs.of(task.target().pid());
          List<Integer> before = proc.fds();
          List<String> maps = maps(proc);
          PageReader reader = provider().open(task.target());
          assertEquals(before.size() + 2, proc.fds().size());
          reader.close();
          assertEquals(before, proc.fds());
          assertEquals(maps, maps(proc));
        });
  }

  private static List<String> maps(ProcFs proc) throws IOException {
    return proc.maps().entries().stream().map(vma -> vma.range() + vma.name()).toList();
  }

  @Test
  void aTaskWithoutDescriptorsToSpareIsRefused() throws IOException {
    StubTask.with(
        task -> {
          int pid = task.target().pid();
          int nrFds = ProcFs.of(pid).fds().size();
          Tasks.setLimit(pid, RLIMIT_NOFILE, nrFds + 1, nrFds + 1);
          UnsupportedStateException refused =
              assertThrows(
                  UnsupportedStateException.class, () -> provider().open(task.target()).close());
          assertEquals(RefusalCode.NO_BACKEND, refused.code());
          assertEquals(nrFds, ProcFs.of(pid).fds().size());
        });
  }
}
