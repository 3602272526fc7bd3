package dev.ckpt.core.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SmapsTest {

  private static final String HEAD = "1000-3000 rw-p 00000000 00:00 0 \n";

  private static String block(String more, String flags) {
    StringBuilder text = new StringBuilder(HEAD);
    for (String key :
        List.of(
            "Size",
            "KernelPageSize",
            "MMUPageSize",
            "Rss",
            "Pss",
            "Shared_Clean",
            "Shared_Dirty",
            "Private_Clean",
            "Private_Dirty",
            "Referenced",
            "Anonymous",
            "AnonHugePages",
            "Shared_Hugetlb",
            "Private_Hugetlb",
            "Swap",
            "Locked")) {
      text.append(key).append(":      ").append(text.length()).append(" kB\n");
    }
    return text + more + "VmFlags: " + flags + "\n";
  }

  private static SmapsEntry one(String text) throws ProcFormatException {
    return Smaps.parse(Captured.latin1(text)).entries().get(0);
  }

  @Test
  void hasTheSameVmasAsMaps() throws Exception {
    Smaps smaps = Smaps.parse(Captured.bytes("odd.smaps"));
    assertEquals(
        Maps.parse(Captured.bytes("odd.maps")).entries(),
        smaps.entries().stream().map(SmapsEntry::vma).toList());
    for (SmapsEntry entry : smaps.entries()) {
      assertEquals(entry.vma().lenBytes() / 1024, entry.sizeKb());
      assertEquals(entry.vma().readable(), entry.hasFlag("rd"));
      assertEquals(entry.vma().shared(), entry.hasFlag("sh") || entry.hasFlag("ms"));
      assertEquals(4, entry.kernelPageSizeKb());
      assertEquals(Map.of(), entry.more());
    }
  }

  @Test
  void addsUpToTheKernelsOwnSum() throws Exception {
    Smaps smaps = Smaps.parse(Captured.bytes("odd.smaps"));
    String rollup = Captured.text("odd.smaps_rollup");
    Map<String, ToLongFunction<SmapsEntry>> columns =
        Map.of(
            "Rss", SmapsEntry::rssKb,
            "Shared_Clean", SmapsEntry::sharedCleanKb,
            "Shared_Dirty", SmapsEntry::sharedDirtyKb,
            "Private_Clean", SmapsEntry::privateCleanKb,
            "Private_Dirty", SmapsEntry::privateDirtyKb,
            "Referenced", SmapsEntry::referencedKb,
            "Anonymous", SmapsEntry::anonymousKb,
            "Swap", SmapsEntry::swapKb);
    columns.forEach(
        (key, column) -> {
          Matcher sum = Pattern.compile("(?m)^" + key + ": +(\\d+) kB$").matcher(rollup);
          assertTrue(sum.find());
          assertEquals(
              Long.parseLong(sum.group(1)), smaps.entries().stream().mapToLong(column).sum(), key);
        });
  }

  @Test
  void seesTheLockedVma() throws Exception {
    Smaps smaps = Smaps.parse(Captured.bytes("odd.smaps"));
    long anon = Long.parseUnsignedLong(Captured.answers("odd.report").get("anon"), 16);
    SmapsEntry entry =
        smaps.entries().stream().filter(e -> e.vma().contains(anon)).findFirst().orElseThrow();
    assertTrue(entry.hasFlag("lo"));
    assertFalse(entry.hasFlag("ht"));
  }

  @Test
  void putsEverySizeInItsPlace() throws Exception {
    SmapsEntry entry = one(block("", "rd wr"));
    List<Long> values =
        List.of(
            entry.sizeKb(),
            entry.kernelPageSizeKb(),
            entry.mmuPageSizeKb(),
            entry.rssKb(),
            entry.pssKb(),
            entry.sharedCleanKb(),
            entry.sharedDirtyKb(),
            entry.privateCleanKb(),
            entry.privateDirtyKb(),
            entry.referencedKb(),
            entry.anonymousKb(),
            entry.anonHugePagesKb(),
            entry.sharedHugetlbKb(),
            entry.privateHugetlbKb(),
            entry.swapKb(),
            entry.lockedKb());
    List<Long> written =
        block("", "")
            .lines()
            .filter(line -> line.endsWith(" kB"))
            .map(line -> Long.valueOf(line.replaceAll("\\D", "")))
            .toList();
    assertEquals(written, values);
    assertEquals(OptionalInt.empty(), entry.protectionKey());
  }

  @Test
  void readsHugetlbKeysAndWhatNewerKernelsAdd() throws Exception {
    SmapsEntry entry =
        one(block("ProtectionKey:         3\nNewThing:   7 kB\n", "rd wr ht ?? sl "));
    assertEquals(OptionalInt.of(3), entry.protectionKey());
    assertEquals(Map.of("NewThing", 7L), entry.more());
    assertTrue(entry.hasFlag("ht") && entry.hasFlag("??") && entry.hasFlag("sl"));
    assertEquals(5, entry.vmFlags().size());
  }

  @Test
  void readsNoFlagsAtAll() throws Exception {
    assertEquals(0, one(block("", "")).vmFlags().size());
  }

  @Test
  void rejectsABrokenBlock() {
    List<String> broken =
        List.of(
            HEAD,
            HEAD + "VmFlags: rd\n",
            block("", "rd").replace("Rss:", "RSS:"),
            block("Rss: 1 kB\n", "rd"),
            block("New: 1 kB\nNew: 1 kB\n", "rd"),
            block("new: 1 kB\n", "rd"),
            block("New: x kB\n", "rd"),
            block("New: 1 MB\n", "rd"),
            block("ProtectionKey: 4294967296\n", "rd"),
            block("", "read"),
            block("", "r"),
            block("", "rd").replaceFirst("\n$", ""),
            block("", "rd") + "Rss: 1 kB\n",
            block("", "rd") + block("", "rd"));
    for (String text : broken) {
      assertThrows(ProcFormatException.class, () -> Smaps.parse(Captured.latin1(text)), () -> text);
    }
  }

  @Test
  void readsManyVmas() throws Exception {
    String block = Captured.text("odd.smaps").lines().limit(25).reduce("", (a, b) -> a + b + "\n");
    String tail = block.substring(block.indexOf('\n'));
    StringBuilder text = new StringBuilder();
    long at = 0x7f0000000000L;
    for (int i = 0; i < 20_000; i++, at += 0x2000) {
      text.append(Long.toHexString(at)).append('-').append(Long.toHexString(at + 0x1000));
      text.append(" rw-p 00000000 00:00 0 ").append(tail);
    }
    byte[] bytes = Captured.latin1(text.toString());
    assertEquals(20_000, Smaps.parse(bytes).entries().size());
  }
}
