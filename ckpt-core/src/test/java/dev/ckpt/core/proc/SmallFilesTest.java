package dev.ckpt.core.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.format.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that have only a line or two of interest. */
class SmallFilesTest {

  private static void rejects(ProcFiles.Parser<?> parser, String... texts) {
    for (String text : texts) {
      assertThrows(
          ProcFormatException.class,
          () -> parser.parse(Captured.latin1(text)),
          () -> ProcFormatException.quote(text));
    }
  }

  @Test
  void readsTheFlagsOfTheFirstCpu() throws Exception {
    assertEquals(
        Captured.name("fpu vme de pse tsc msr sse sse2 avx512_vp2intersect"),
        CpuInfo.parse(Captured.bytes("odd.cpuinfo")).flags());
    assertTrue(ProcFs.cpuInfo().flags().toString().startsWith("fpu "));
    rejects(CpuInfo::parse, "", "flags", "model name\t: flags: x");
  }

  @Test
  void readsThePoolOfHugePages(@TempDir Path folder) throws Exception {
    assertEquals(Optional.empty(), HugetlbPool.of(folder));
    String[] files = {"free_hugepages", "resv_hugepages", "nr_overcommit_hugepages"};
    for (int i = 0; i < files.length; i++) {
      Files.writeString(folder.resolve(files[i]), "1" + i + "\n");
    }
    Path surplus = Files.writeString(folder.resolve("surplus_hugepages"), "3\n");
    HugetlbPool pool = HugetlbPool.of(folder).orElseThrow();
    assertEquals(new HugetlbPool(10, 11, 12, 3), pool);
    assertEquals(8, pool.available());
    assertEquals(0, new HugetlbPool(1, 1, 2, 5).available());
    Files.writeString(surplus, "many\n");
    assertThrows(ProcFormatException.class, () -> HugetlbPool.of(folder));
  }

  @Test
  void readsTheNiceValueOfAnAutogroup() throws Exception {
    assertEquals(
        OptionalInt.of(-20), ProcValues.autogroupNice(Captured.latin1("/autogroup-44 nice -20\n")));
    assertEquals(OptionalInt.empty(), ProcValues.autogroupNice(new byte[0]));
    rejects(ProcValues::autogroupNice, "/autogroup-44 nice 0", "/autogroup-44 nice \n", "0\n");
  }

  @Test
  void readsAuxv() throws Exception {
    byte[] bytes = Captured.bytes("odd.auxv");
    Auxv auxv = Auxv.parse(bytes);
    assertEquals(bytes.length / 16 - 1, auxv.entries().size());
    assertEquals(Captured.name(Captured.text("odd.auxv")), auxv.raw());
    final long pagesz = 6;
    final long sysinfoEhdr = 33;
    final long execfn = 31;
    assertEquals(OptionalLong.of(4096), auxv.get(pagesz));
    Maps maps = Maps.parse(Captured.bytes("odd.maps"));
    MapsEntry vdso = maps.find(auxv.get(sysinfoEhdr).orElseThrow()).orElseThrow();
    assertEquals(Captured.name("[vdso]"), vdso.name());
    assertTrue(maps.find(auxv.get(execfn).orElseThrow()).isPresent());
    assertEquals(OptionalLong.empty(), auxv.get(4711));
    assertEquals(List.of(), Auxv.parse(new byte[0]).entries());
    rejects(Auxv::parse, "x", "\1".repeat(16), "\0".repeat(32), "\0".repeat(15));
    assertThrows(
        ProcFormatException.class, () -> Auxv.parse(Arrays.copyOf(bytes, bytes.length - 16)));
  }

  @Test
  void readsCgroups() throws Exception {
    Cgroups cgroups = Cgroups.parse(Captured.bytes("odd.cgroup"));
    assertEquals(10, cgroups.entries().size());
    assertEquals(
        new Cgroups.Entry(9, "name=systemd", Captured.name("/")), cgroups.entries().get(0));
    assertEquals(Captured.name("/some/group"), cgroups.entries().get(5).path());
    assertEquals(new Cgroups.Entry(0, "", Captured.name("/")), cgroups.entries().get(9));
    assertEquals(
        Captured.name("/a:b (deleted)"),
        Cgroups.parse(Captured.latin1("0::/a:b (deleted)\n")).entries().get(0).path());
    rejects(Cgroups::parse, "0", "x::/\n", "0:/\n", "0::\n", "0::x\n", "0::/", "\n");
  }

  @Test
  void readsTimers() throws Exception {
    int pid = Integer.parseInt(Captured.answers("odd.report").get("pid"));
    List<PosixTimer> timers = PosixTimer.parseAll(Captured.bytes("odd.timers"));
    assertEquals(3, timers.size());
    // The kernel shows the newest first. SIGRTMIN is 34 to the C library.
    assertEquals(
        new PosixTimer(0, 37, 0x7fff12345678L, PosixTimer.Notify.SIGNAL, false, pid, 1),
        timers.get(2));
    PosixTimer toThread = timers.get(1);
    assertTrue(toThread.toThread());
    assertEquals(10, toThread.signal());
    assertEquals(7, (int) toThread.sigval());
    assertTrue(toThread.clockId() < 0);
    assertEquals(PosixTimer.Notify.NONE, timers.get(0).sigevNotify());
    assertEquals(List.of(), PosixTimer.parseAll(new byte[0]));
    String one = "ID: 1\nsignal: 10/0\nnotify: signal/pid.1\nClockID: 0\n";
    assertEquals(2, PosixTimer.parseAll(Captured.latin1(one + one)).size());
    rejects(
        PosixTimer::parseAll,
        "x",
        one.replace("ID: 1", "ID: -1"),
        one.replace("10/0", "10"),
        one.replace("signal/pid", "signal/pgid"),
        one.replace("notify: signal", "notify: mail"),
        one.replace("ClockID: 0\n", ""),
        one + "\n");
  }

  @Test
  void readsTheSystemCall() throws Exception {
    SyscallState state = SyscallState.parse(Captured.bytes("odd.thread.syscall"));
    assertEquals(SyscallState.Kind.INSIDE, state.kind());
    assertEquals(34, state.nr()); // pause
    assertEquals(6, state.args().size());
    Maps maps = Maps.parse(Captured.bytes("odd.maps"));
    assertTrue(maps.find(state.pc()).orElseThrow().executable());
    assertTrue(maps.find(state.sp()).orElseThrow().writable());
    assertEquals(
        SyscallState.Kind.RUNNING, SyscallState.parse(Captured.latin1("running\n")).kind());
    assertEquals(
        new SyscallState(SyscallState.Kind.OUTSIDE, -1, List.of(), 0x7ffc, -1),
        SyscallState.parse(Captured.latin1("-1 0x7ffc 0xffffffffffffffff\n")));
    rejects(
        SyscallState::parse,
        "",
        "running",
        "running\nx",
        "-2 0x1 0x2\n",
        "1 0x1 0x2\n",
        "-1 1 2\n",
        "-1 0x1 0x2 0x3\n");
  }

  @Test
  void readsNamespaceLinks() throws Exception {
    assertEquals(new NsLink("net", 4026531833L), NsLink.parse(Captured.latin1("net:[4026531833]")));
    rejects(NsLink::parse, "", "net", ":[1]", "net:[x]", "net:[1", "net:[1] ", "NET:[1]");
  }

  @Test
  void splitsStringsAtNul() {
    assertEquals(
        List.of(Captured.name("A=1"), Captured.name("EMPTY="), Captured.name("ODD=b=c")),
        NulStrings.parse(Captured.bytes("odd.environ")).strings());
    NulStrings odd = NulStrings.parse(Captured.latin1("a\0\0b\u00ff"));
    assertEquals(
        List.of(Captured.name("a"), Captured.name(""), Captured.name("b\u00ff")), odd.strings());
    assertEquals(Captured.name("a\0\0b\u00ff"), odd.raw());
    assertEquals(List.of(), NulStrings.parse(new byte[0]).strings());
  }

  @Test
  void readsSingleValues() throws Exception {
    Map<String, String> report = Captured.answers("odd.report");
    assertEquals(0x0040000, ProcValues.personality(Captured.bytes("odd.personality")));
    assertEquals(0x33, ProcValues.hexLine(Captured.bytes("odd.coredump_filter")));
    assertEquals(-1, ProcValues.loginuid(Captured.bytes("odd.loginuid")));
    ByteString label = ByteString.of("docker-default (enforce)");
    assertEquals(label, ProcValues.label(Captured.latin1(label + "\n")));
    assertEquals(label, ProcValues.label(Captured.latin1(label + "\0")));
    assertEquals(label, ProcValues.label(Captured.latin1(label.toString())));
    assertEquals(12345, ProcValues.unsigned(Captured.bytes("odd.timerslack_ns")));
    assertEquals(0, ProcValues.oomScoreAdj(Captured.bytes("odd.oom_score_adj")));
    assertEquals(-1000, ProcValues.oomScoreAdj(Captured.latin1("-1000\n")));
    assertEquals(Captured.name("a) R 1\n(b\\ "), ProcValues.comm(Captured.bytes("odd.comm")));
    assertEquals(Captured.name("x) R 1 (\\\n"), ProcValues.comm(Captured.bytes("odd.thread.comm")));
    assertEquals("__do_sys_pause", ProcValues.wchan(Captured.bytes("odd.thread.wchan")));
    assertEquals("0", ProcValues.wchan(Captured.latin1("0")));
    List<Integer> children = ProcValues.pids(Captured.bytes("odd.children"));
    assertEquals(1, children.size());
    assertTrue(children.get(0) > Integer.parseInt(report.get("pid")));
    assertEquals("6.1.0-13-amd64", ProcValues.line(Captured.latin1("6.1.0-13-amd64\n")));
    String uuid = "28bd5ea3-1c93-4ffd-9d4c-8b01b77e4c15";
    assertEquals(UUID.fromString(uuid), ProcValues.uuid(Captured.latin1(uuid + "\n")));
  }

  @Test
  void rejectsBadSingleValues() {
    rejects(ProcValues::personality, "", "\n", "00040000", "x\n", "100000000\n", "1\n2\n");
    rejects(ProcValues::loginuid, "", "4294967296", "0\n", "-1");
    rejects(ProcValues::unsigned, "", "1", "-1\n", "18446744073709551616\n");
    rejects(ProcValues::oomScoreAdj, "", "1001\n", "-1001\n", "1");
    rejects(ProcValues::comm, "", "x");
    rejects(ProcValues::wchan, "", "a b", "a\n", "a\u00ff", "a\1");
    rejects(ProcValues::pids, "1", "1 x ", "-1 ", "1  2 ");
    rejects(ProcValues::line, "", "\n", "a b\n", "a");
    rejects(ProcValues::uuid, "\n", "1-2-3-4-5\n", "28bd5ea3x1c93-4ffd-9d4c-8b01b77e4c15\n");
    assertThrows(ProcFormatException.class, () -> ProcValues.number("12x"));
    assertThrows(ProcFormatException.class, () -> ProcValues.number("\u0661"));
  }
}
