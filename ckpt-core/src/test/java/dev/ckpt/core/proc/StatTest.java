package dev.ckpt.core.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatTest {

  private static Stat numbered(String head, int lastField) throws ProcFormatException {
    String numbers =
        IntStream.rangeClosed(4, lastField)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(" "));
    return Stat.parse(Captured.latin1(head + " " + numbers + "\n"));
  }

  @Test
  void agreesWithTheProgramAndWithPs() throws Exception {
    Stat stat = Stat.parse(Captured.bytes("odd.stat"));
    Map<String, String> report = Captured.answers("odd.report");
    Map<String, String> ps = Captured.answers("odd.ps");
    assertEquals(report.get("pid"), "" + stat.pid());
    assertEquals(report.get("pgrp"), "" + stat.pgrp());
    assertEquals(report.get("session"), "" + stat.session());
    assertEquals(Captured.name("a) R 1\n(b\\ "), stat.comm());
    assertEquals(TaskState.SLEEPING, stat.state());
    assertEquals(ps.get("ppid"), "" + stat.ppid());
    assertEquals(ps.get("tpgid"), "" + stat.tpgid());
    assertEquals(ps.get("nlwp"), "" + stat.numThreads());
    assertEquals(ps.get("ni"), "" + stat.nice());
    assertEquals(ps.get("pri"), "" + (39 - stat.priority()));
    assertTrue(stat.rssPages() > 0);
    assertEquals(ps.get("vsz"), "" + stat.vsizeBytes() / 1024);
    assertEquals(17, stat.exitSignal());
    assertEquals(-1, stat.rsslimBytes());
    assertFalse(stat.addressesHidden());
    assertEquals(List.of(), stat.more());
  }

  @Test
  void agreesWithMapsAboutTheLayout() throws Exception {
    Stat stat = Stat.parse(Captured.bytes("odd.stat"));
    Maps maps = Maps.parse(Captured.bytes("odd.maps"));
    assertTrue(maps.find(stat.startCode()).orElseThrow().executable());
    assertTrue(maps.find(stat.startData()).isPresent());
    assertEquals(
        stat.startBrk(),
        maps.entries().stream()
            .filter(vma -> vma.name().equals(Captured.name("[heap]")))
            .findFirst()
            .orElseThrow()
            .start());
    MapsEntry stack = maps.find(stat.startStack()).orElseThrow();
    assertEquals(Captured.name("[stack]"), stack.name());
    assertTrue(stack.contains(stat.argStart()) && stack.contains(stat.envEnd()));
    assertEquals(stat.argEnd() - stat.argStart(), Captured.bytes("odd.cmdline").length);
    assertEquals(stat.envEnd() - stat.envStart(), Captured.bytes("odd.environ").length);
  }

  @Test
  void readsTheStatOfAThread() throws Exception {
    Stat stat = Stat.parse(Captured.bytes("odd.thread.stat"));
    assertEquals(Captured.name("x) R 1 (\\\n"), stat.comm());
    assertEquals(-1, stat.exitSignal());
  }

  @Test
  void putsEveryFieldInItsPlace() throws Exception {
    Stat stat = numbered("1 (c) t", 54);
    assertEquals(TaskState.TRACING_STOP, stat.state());
    // Numbers as in proc(5).
    assertEquals(9, stat.flags());
    assertEquals(14, stat.utimeTicks());
    assertEquals(20, stat.numThreads());
    assertEquals(22, stat.startTimeTicks());
    assertEquals(26, stat.startCode());
    assertEquals(35, stat.wchan());
    assertEquals(38, stat.exitSignal());
    assertEquals(41, stat.policy());
    assertEquals(47, stat.startBrk());
    assertEquals(51, stat.envEnd());
    assertEquals(52, stat.exitCode());
    assertEquals(List.of(53L, 54L), stat.more());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ") (", "x) S 1 2", "\n", ")", "\u00ff\u00fe", "1 (a) R"})
  void takesAnyComm(String comm) throws Exception {
    assertEquals(Captured.name(comm), numbered("1 (" + comm + ") R", 52).comm());
  }

  @Test
  void tellsThatAddressesWereHidden() throws Exception {
    String text = "1 (c) S" + " 0".repeat(22) + " 1 1" + " 0".repeat(25) + "\n";
    assertTrue(Stat.parse(Captured.latin1(text)).addressesHidden());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "\n", "1", "1 (a", "1 (a)", "1 (a) S", "1 (a) Q 1", "x (a) S 1", "-1 (a) S 1"})
  void rejectsWhatIsNoStat(String text) {
    assertThrows(ProcFormatException.class, () -> Stat.parse(Captured.latin1(text)));
  }

  @Test
  void rejectsTooFewFieldsAndSaysWhere() {
    ProcFormatException e =
        assertThrows(ProcFormatException.class, () -> numbered("1 (a\nb) S", 51));
    assertEquals("PROC_FORMAT", e.code().name());
    assertEquals("stat", e.file());
    assertEquals(2, e.line());
    assertEquals("/proc/1/stat", e.inFile("/proc/1/stat").file());
  }

  @Test
  void rejectsANumberThatDoesNotFit() {
    String tail = " 0".repeat(48) + "\n";
    for (String ppid : List.of("2147483648", "99999999999999999999", "-2147483649", "1x", "+1")) {
      byte[] text = Captured.latin1("1 (a) S " + ppid + tail);
      assertThrows(ProcFormatException.class, () -> Stat.parse(text), ppid);
    }
  }
}
