package dev.ckpt.core.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatusTest {

  private static final String TEXT = Captured.text("odd.status");

  private static Status parse(String text) throws ProcFormatException {
    return Status.parse(Captured.latin1(text));
  }

  private static String with(String key, String value) {
    String changed = TEXT.replaceFirst("(?m)^" + key + ":.*$", key + ":" + value);
    assertFalse(changed.equals(TEXT));
    return changed;
  }

  private static String without(String... prefixes) {
    return TEXT.lines()
        .filter(line -> Arrays.stream(prefixes).noneMatch(line::startsWith))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  @Test
  void agreesWithPs() throws Exception {
    Status status = parse(TEXT);
    Map<String, String> ps = Captured.answers("odd.ps");
    assertEquals(ps.get("pid"), "" + status.pid());
    assertEquals(ps.get("pid"), "" + status.tgid());
    assertEquals(ps.get("ppid"), "" + status.ppid());
    assertEquals(ps.get("nlwp"), "" + status.threads());
    assertEquals(ps.get("rss"), "" + status.vmKb().get("VmRSS"));
    assertEquals(ps.get("vsz"), "" + status.vmKb().get("VmSize"));
    assertEquals(ps.get("blocked"), String.format("%016x", status.sigBlk()));
    assertEquals(ps.get("ignored"), String.format("%016x", status.sigIgn()));
    assertEquals(ps.get("caught"), String.format("%016x", status.sigCgt()));
    assertEquals(ps.get("pending"), String.format("%016x", status.shdPnd()));
    assertEquals(
        List.of(ps.get("ruid"), ps.get("euid"), ps.get("suid"), ps.get("fuid")),
        texts(status.uid()));
    assertEquals(
        List.of(ps.get("rgid"), ps.get("egid"), ps.get("sgid"), ps.get("fgid")),
        texts(status.gid()));
    assertEquals(
        ps.get("supgid"),
        status.groups().stream().map(Integer::toUnsignedString).collect(Collectors.joining(",")));
  }

  @Test
  void findsTheTracerAlone() throws Exception {
    assertEquals(0, Status.tracerPid(Captured.latin1(TEXT)));
    assertEquals(4711, Status.tracerPid(Captured.latin1(with("TracerPid", "\t4711"))));
    // A name that looks like a line of its own is escaped.
    assertEquals(0, Status.tracerPid(Captured.latin1(with("Name", "\tTracerPid:\t1"))));
  }

  @Test
  void refusesAFileThatTellsNoTracer() {
    for (String text : List.of(without("TracerPid"), "", with("TracerPid", "\tx"))) {
      assertThrows(ProcFormatException.class, () -> Status.tracerPid(Captured.latin1(text)), text);
    }
    String cut = TEXT.substring(0, TEXT.indexOf("TracerPid") + 11);
    assertThrows(ProcFormatException.class, () -> Status.tracerPid(Captured.latin1(cut)));
  }

  private static List<String> texts(CredIds ids) {
    return List.of("" + ids.real(), "" + ids.effective(), "" + ids.saved(), "" + ids.fs());
  }

  @Test
  void readsWhatTheProgramDid() throws Exception {
    Status status = parse(TEXT);
    assertEquals(Captured.name("a) R 1\n(b\\ "), status.name());
    assertEquals(OptionalInt.of(027), status.umask());
    assertEquals(TaskState.SLEEPING, status.state());
    assertEquals(1L << 11, status.sigPnd());
    assertEquals(1L << 63, status.shdPnd());
    assertEquals(1L << 63 | 1L << 11, status.sigBlk());
    assertEquals(0, status.capEff());
    assertTrue(status.noNewPrivs());
    assertFalse(status.seccompOn());
    assertEquals(List.of(status.pid()), status.nsPid());
    assertEquals(8, status.vmKb().get("VmLck"));
    assertEquals(OptionalLong.of(-1), status.untagMask());
    assertEquals(Optional.of("always enabled"), status.speculationIndirectBranch());
    assertEquals(Optional.of("0-1"), status.cpusAllowedList());
    assertEquals(Optional.of(false), status.kthread());
    assertEquals(Optional.empty(), status.x86ThreadFeatures());
    assertEquals(
        Set.of(
            "Cpus_allowed",
            "Mems_allowed",
            "voluntary_ctxt_switches",
            "nonvoluntary_ctxt_switches"),
        status.more().keySet());
    assertEquals(
        Captured.name("x) R 1 (\\\n"), Status.parse(Captured.bytes("odd.thread.status")).name());
  }

  @Test
  void readsAKernelThreadAndAnOlderKernel() throws Exception {
    Status status =
        parse(
            without(
                "Umask",
                "Vm",
                "Rss",
                "Hugetlb",
                "CoreDumping",
                "THP",
                "untag",
                "Kthread",
                "NS",
                "Seccomp_filters",
                "Spec"));
    assertEquals(OptionalInt.empty(), status.umask());
    assertEquals(Map.of(), status.vmKb());
    assertEquals(List.of(), status.nsPid());
    assertEquals(Optional.empty(), status.kthread());
  }

  @Test
  void readsShadowStacksAndKeepsNewLines() throws Exception {
    Status status =
        parse(
            TEXT + "x86_Thread_features:\tshstk wrss \nx86_Thread_features_locked:\t\nNew:\ta b\n");
    assertEquals(Optional.of(Set.of("shstk", "wrss")), status.x86ThreadFeatures());
    assertEquals(Optional.of(Set.of()), status.x86ThreadFeaturesLocked());
    assertEquals("a b", status.more().get("New"));
  }

  @Test
  void readsNestedPidNamespaces() throws Exception {
    assertEquals(List.of(4711, 12, 1), parse(with("NSpid", "\t4711\t12\t1")).nsPid());
  }

  @ParameterizedTest
  @CsvSource({
    "Umask, 8",
    "State, Q (odd)",
    "State, S",
    "Pid, -1",
    "Uid, 1\t2\t3",
    "Uid, 4294967296\t2\t3\t4",
    "Groups, 1 x",
    "Kthread, 2",
    "VmRSS, 12 MB",
    "VmSize, many kB",
    "untag_mask, 1",
    "SigQ, 1",
    "SigBlk, 0",
    "SigCgt, 00000000000000zz",
    "CapBnd, 00000000000000000",
    "NoNewPrivs, yes",
    "Cpus_allowed_list, 3-1",
    "Cpus_allowed_list, '1,,2'",
  })
  void rejectsAMalformedValue(String key, String value) {
    ProcFormatException e =
        assertThrows(ProcFormatException.class, () -> parse(with(key, "\t" + value)));
    List<String> lines = TEXT.lines().toList();
    assertTrue(lines.get(e.line() - 1).startsWith(key), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Name", "Tgid", "SigBlk", "CapBnd", "NoNewPrivs", "Groups"})
  void rejectsAMissingLine(String key) {
    ProcFormatException e =
        assertThrows(ProcFormatException.class, () -> parse(without(key + ":")));
    assertTrue(e.getMessage().contains(key), e.getMessage());
  }

  @Test
  void rejectsAKeyTwiceALineWithoutKeyAndABadEscape() {
    assertThrows(ProcFormatException.class, () -> parse(TEXT + "Pid:\t1\n"));
    assertThrows(ProcFormatException.class, () -> parse(TEXT + "what\n"));
    assertThrows(ProcFormatException.class, () -> parse(with("Name", "\ta\\\\t")));
    assertThrows(ProcFormatException.class, () -> parse(with("Name", " x")));
  }
}
