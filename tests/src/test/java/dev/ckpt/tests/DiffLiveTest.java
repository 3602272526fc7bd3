package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.TaskState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images of one task, compared. */
@Tag("live")
class DiffLiveTest {
  private static final int SIGUSR1 = 10;
  private static final int SIGUSR2 = 12;
  private static final int SIGCONT = 18;
  private static final int SIGSTOP = 19;
  private static final int DIFFERENT = 4;

  @TempDir Path folder;

  private CkptOutcome diff(String... words) throws IOException {
    List<String> all = new java.util.ArrayList<>(List.of("diff"));
    for (String word : words) {
      all.add(word.startsWith("-") ? word : folder.resolve(word).toString());
    }
    return CkptOutcome.of(folder, List.of(), all.toArray(String[]::new));
  }

  /** Two dumps of a stopped task are alike, byte by byte of its memory; then it writes one. */
  @Test
  void showsTheOnePageThatWasWritten() throws IOException {
    try (LiveProgram task = LiveProgram.start(new Programs.Program("engine/one_page", "", 0))) {
      task.withWork(() -> Signals.kill(task.pid(), SIGUSR2));
      task.awaitReady();
      long page = Long.parseUnsignedLong(task.lines().get(0).split(" ")[1], 16);
      stop(task);
      task.dump(folder.resolve("first"), false);
      task.dump(folder.resolve("second"), false);
      CkptOutcome exact = diff("--exact", "first", "second");
      assertEquals(0, exact.code(), exact.out() + exact.err());
      CkptOutcome usual = diff("first", "second");
      assertEquals(0, usual.code(), usual.out() + usual.err());

      int before = byteAt(task.pid(), page + 99);
      Signals.kill(task.pid(), SIGUSR1);
      Signals.kill(task.pid(), SIGCONT);
      Await.until("the byte", () -> byteAt(task.pid(), page + 99) != before, task::describe);
      stop(task);
      task.dump(folder.resolve("third"), false);
      CkptOutcome outcome = diff("second", "third");
      assertEquals(DIFFERENT, outcome.code(), outcome.out() + outcome.err());
      List<String> pages = rows(outcome.out());
      assertEquals(1, pages.size(), outcome.out());
      String[] cells = pages.get(0).strip().split(" +");
      String[] range = cells[0].split("-");
      assertTrue(Long.parseUnsignedLong(range[0], 16) <= page, outcome.out());
      assertTrue(Long.parseUnsignedLong(range[1], 16) > page, outcome.out());
      assertEquals(List.of("1", "0", "0"), List.of(cells[1], cells[2], cells[3]), outcome.out());
      CkptOutcome where = diff("--exact", "second", "third");
      assertEquals(DIFFERENT, where.code(), where.out() + where.err());
      assertTrue(where.out().contains("DATA page " + Long.toHexString(page) + " of "), where.out());
      assertTrue(where.out().contains("byte 99 "), where.out());
      Signals.kill(task.pid(), SIGCONT);
      task.finish(0);
    }
  }

  private static void stop(LiveProgram task) throws IOException {
    Signals.kill(task.pid(), SIGSTOP);
    Await.until(
        "the stop",
        () -> ProcFs.of(task.pid()).stat().state() == TaskState.STOPPED,
        task::describe);
  }

  private static int byteAt(int pid, long addr) throws IOException {
    ByteBuffer value = ByteBuffer.allocate(1);
    try (FileChannel memory = FileChannel.open(Path.of("/proc/" + pid + "/mem"))) {
      assertEquals(1, memory.read(value, addr));
    }
    return value.get(0);
  }

  /** The table of pages, which is the last one. */
  private static List<String> rows(String out) {
    List<String> lines = out.lines().toList();
    int heading = lines.size() - 1;
    while (!lines.get(heading).startsWith("pages: ")) {
      heading--;
    }
    return lines.subList(heading + 2, lines.size());
  }
}
