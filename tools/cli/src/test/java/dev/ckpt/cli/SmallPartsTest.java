package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CkptException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SmallPartsTest {
  @Test
  void progressIsABarWhereTheEndIsKnown() {
    assertEquals(
        "dump [###############...............] 50%  2.0 MiB of 4.0 MiB",
        ProgressBar.line("dump", 512, 1024));
    assertEquals("restore  2.0 MiB", ProgressBar.line("restore", 512, 0));
  }

  @Test
  void progressNeverPassesItsEnd() {
    assertTrue(ProgressBar.line("dump", 2048, 1024).contains("] 100%"));
  }

  @Test
  void progressIsDrawnInTheForegroundOnly() {
    ByteArrayOutputStream screen = new ByteArrayOutputStream();
    PrintStream terminal = new PrintStream(screen, false, StandardCharsets.UTF_8);
    try (ProgressBar bar = new ProgressBar("dump", terminal, () -> true)) {
      bar.draw();
    }
    assertEquals("", screen.toString(StandardCharsets.UTF_8));
    try (ProgressBar bar = new ProgressBar("dump", terminal, () -> false)) {
      bar.draw();
    }
    assertEquals("\r\u001b[Kdump  0 B", screen.toString(StandardCharsets.UTF_8));
  }

  @Test
  void theDemoSeesAGapAndARepetition() throws CkptException {
    assertEquals(List.of(1, 2, 3), DemoProgram.parse("1\n2\n3\n"));
    assertThrows(CkptException.class, () -> DemoProgram.parse("1\n2\n4\n"));
    assertThrows(CkptException.class, () -> DemoProgram.parse("1\n2\n1\n"));
    assertThrows(CkptException.class, () -> DemoProgram.parse("1\nx\n"));
  }

  @Test
  void theDemoDoesNotBeginWhatItCannotEnd() {
    Ability there = new Ability("a", Ability.Need.BOTH, true, "works");
    Ability optional = new Ability("b", Ability.Need.NOBODY, false, "is missing");
    Ability gone = new Ability("c", Ability.Need.RESTORE, false, "run as root");

    assertEquals(List.of(), DemoCommand.missing(List.of(there, optional)));
    assertEquals(
        "[DEMO_NOT_ALLOWED: c: run as root]",
        DemoCommand.missing(List.of(there, optional, gone)).toString());
  }

  @Test
  void theDemoShowsThePlaceWhereItWasFrozen() {
    assertEquals("... 11 12 | 13 14 ... 20", DemoCommand.excerpt(12, 20));
  }

  @Test
  void knowsWhichKernelsAreRecent() {
    assertTrue(Machine.isRecent("5", "15"));
    assertTrue(Machine.isRecent("6", "1"));
    assertFalse(Machine.isRecent("5", "14"));
    assertFalse(Machine.isRecent("4", "19"));
  }
}
