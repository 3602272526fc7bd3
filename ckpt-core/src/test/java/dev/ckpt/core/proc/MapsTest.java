package dev.ckpt.core.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MapsTest {

  private static MapsEntry one(String line) throws ProcFormatException {
    List<MapsEntry> entries = Maps.parse(Captured.latin1(line + "\n")).entries();
    assertEquals(1, entries.size());
    return entries.get(0);
  }

  @Test
  void findsEveryMappingWhereTheProgramMadeIt() throws Exception {
    Maps maps = Maps.parse(Captured.bytes("odd.maps"));
    assertEquals(Captured.text("odd.maps").lines().count(), maps.entries().size());
    Map<String, String> names =
        Map.of(
            "blanks", "name with blanks ",
            "newline", "new\nline",
            "byte", "byte\u00ff",
            "gone", "gone (deleted)",
            "memfd", "/memfd:mem fd (deleted)",
            "zero", "/dev/zero (deleted)",
            "sysv", "/SYSV00000000 (deleted)",
            "anon", "");
    Map<String, String> report = Captured.answers("odd.report");
    names.forEach(
        (key, name) -> {
          long at = Long.parseUnsignedLong(report.get(key), 16);
          MapsEntry vma = maps.find(at).orElseThrow();
          String path = name.startsWith("/") || name.isEmpty() ? name : "/tmp/odd/" + name;
          assertEquals(Captured.name(path), vma.name(), key);
          assertEquals(name.endsWith(" (deleted)"), vma.deleted(), key);
          assertEquals(key.equals("newline"), vma.nameIsAmbiguous(), key);
        });
    MapsEntry newline = maps.find(Long.parseUnsignedLong(report.get("newline"), 16)).orElseThrow();
    assertEquals(Captured.name("/tmp/odd/new\\012line"), newline.rawName());
    assertTrue(newline.shared() && newline.writable());
    MapsEntry gone = maps.find(Long.parseUnsignedLong(report.get("gone"), 16)).orElseThrow();
    assertEquals(Captured.name("/tmp/odd/gone"), gone.nameWithoutDeleted());
    assertEquals(0, gone.prot());
  }

  @Test
  void saysThatABackslashMayBeANewline() throws Exception {
    Maps maps = Maps.parse(Captured.bytes("odd.maps"));
    String at = Captured.answers("odd.report").get("backslash");
    MapsEntry vma = maps.find(Long.parseUnsignedLong(at, 16)).orElseThrow();
    assertTrue(vma.nameIsAmbiguous());
    assertEquals(Captured.name("/tmp/odd/really\\012"), vma.rawName());
  }

  @Test
  void readsAllFields() throws Exception {
    MapsEntry vma =
        one("7f00deadb000-7f00deadd000 rwxs 1fff000 103:fffff 18446744073709551615           /x");
    assertEquals(0x7f00deadb000L, vma.start());
    assertEquals(0x7f00deadd000L, vma.end());
    assertEquals(8192, vma.lenBytes());
    assertEquals(7, vma.prot());
    assertTrue(vma.shared());
    assertEquals(0x1fff000, vma.offset());
    assertEquals(0x103, vma.devMajor());
    assertEquals(0xfffff, vma.devMinor());
    assertEquals(-1, vma.inode());
    assertEquals(Captured.name("/x"), vma.name());
    assertEquals("7f00deadb000-7f00deadd000", vma.range());
  }

  @Test
  void readsAddressesInTheUpperHalf() throws Exception {
    Maps maps = Maps.parse(Captured.bytes("odd.maps"));
    MapsEntry vsyscall = maps.find(0xffffffffff600800L).orElseThrow();
    assertEquals(Captured.name("[vsyscall]"), vsyscall.name());
    assertTrue(vsyscall.special());
    assertEquals(4096, vsyscall.lenBytes());
    assertEquals(Optional.empty(), maps.find(0xffffffffff601000L));
    assertEquals(Optional.empty(), maps.find(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[heap]",
        "[anon:x y]",
        "[anon_shmem: (deleted)x]",
        "[vvar_vclock]",
        "/anon_hugepage (deleted)",
        "/dev/hugepages/a  b",
        "anon_inode:[io_uring]",
        "anon_inode:[perf_event]",
        "socket:[4711]",
        "(unreachable)/x",
        "/a\\b\\01",
        "/x (deleted) (deleted)",
        "/ends with a backslash\\",
      })
  void keepsAnyName(String name) throws Exception {
    MapsEntry vma = one("1000-2000 r--p 00000000 00:00 0                          " + name);
    assertEquals(Captured.name(name), vma.name());
    assertEquals(vma.name(), vma.rawName());
    assertEquals(name.endsWith(" (deleted)"), vma.deleted());
    assertEquals(name.startsWith("["), vma.special());
    assertFalse(vma.nameIsAmbiguous());
  }

  @Test
  void isEmptyForATaskWithoutMemory() throws Exception {
    assertEquals(List.of(), Maps.parse(new byte[0]).entries());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n",
        "1000-2000 r--p 00000000 00:00 0", // no newline
        "1000 r--p 00000000 00:00 0\n",
        "2000-1000 r--p 00000000 00:00 0\n",
        "1000-1000 r--p 00000000 00:00 0\n",
        "1000-2000 R--p 00000000 00:00 0\n",
        "1000-2000 r--x 00000000 00:00 0\n",
        "1000-2000 r--p 00000000 00-00 0\n",
        "1000-2000 r--p 00000000 00:00 x\n",
        "1000-2000 r--p 00000000 00:00 0x\n",
        "1000-2000 r--p 00000000 00:00 \n",
        "10000000000000000-2000 r--p 00000000 00:00 0\n",
        "1000-3000 r--p 00000000 00:00 0\n2000-4000 r--p 00000000 00:00 0\n",
        "3000-4000 r--p 00000000 00:00 0\n1000-2000 r--p 00000000 00:00 0\n",
      })
  void rejectsWhatIsNoVma(String text) {
    assertThrows(ProcFormatException.class, () -> Maps.parse(Captured.latin1(text)));
  }

  @Test
  void saysInWhichLine() {
    String good = "1000-2000 r--p 00000000 00:00 0 \n";
    ProcFormatException e =
        assertThrows(ProcFormatException.class, () -> Maps.parse(Captured.latin1(good + "oops\n")));
    assertEquals("maps", e.file());
    assertEquals(2, e.line());
    assertTrue(e.getMessage().contains("'oops'"), e.getMessage());
  }

  @Test
  void readsManyVmas() throws Exception {
    StringBuilder text = new StringBuilder();
    long at = 0x7f0000000000L;
    for (int i = 0; i < 60_000; i++, at += 0x2000) {
      text.append(Long.toHexString(at)).append('-').append(Long.toHexString(at + 0x1000));
      text.append(i % 2 == 0 ? " rw-p 00000000 00:00 0 " : " r-xs 00001000 fe:00 339380     ");
      text.append(i % 2 == 0 ? "" : "   /usr/lib/x86_64-linux-gnu/libc" + i / 8 + ".so.6");
      text.append('\n');
    }
    byte[] bytes = Captured.latin1(text.toString());
    assertEquals(60_000, Maps.parse(bytes).entries().size());
  }
}
