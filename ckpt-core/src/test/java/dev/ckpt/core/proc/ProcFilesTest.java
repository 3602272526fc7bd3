package dev.ckpt.core.proc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading, on a folder that only looks like one of /proc. */
class ProcFilesTest {

  private static final String ZOMBIE_OF_TWO =
      "812 (a) Z" + " 0".repeat(16) + " 2" + " 0".repeat(32) + "\n";

  @TempDir Path folder;
  private ProcFiles files;

  @BeforeEach
  void makeFolder() {
    files = new ProcFiles(folder, ProcFiles.NO_TASK);
  }

  private void write(String name, byte[] content) throws Exception {
    Files.createDirectories(folder.resolve(name).getParent());
    Files.write(folder.resolve(name), content);
  }

  @Test
  void readsWhatIsLongerThanABuffer() throws Exception {
    for (int lenBytes : List.of(0, 1, 4095, 4096, 4097, 65536, 65537, 1_000_000)) {
      byte[] content = new byte[lenBytes];
      for (int i = 0; i < lenBytes; i++) {
        content[i] = (byte) (i % 251);
      }
      write("environ", content);
      assertEquals(
          new String(content, ISO_8859_1),
          new String(files.parse("environ", text -> text), ISO_8859_1));
    }
  }

  @Test
  void readsTornTextAgain() throws Exception {
    write("maps", Captured.bytes("odd.maps"));
    int[] calls = {0};
    Maps maps =
        files.parseSteady(
            "maps",
            text -> {
              if (++calls[0] < 4) {
                throw new ProcFormatException("maps", 1, "torn");
              }
              return Maps.parse(text);
            });
    assertEquals(4, calls[0]);
    assertEquals(Maps.parse(Captured.bytes("odd.maps")), maps);
  }

  @Test
  void doesNotReadForEver() throws Exception {
    write("maps", Captured.latin1("never well formed\n"));
    ProcFormatException e =
        assertThrows(ProcFormatException.class, () -> files.parseSteady("maps", Maps::parse));
    assertEquals(folder.resolve("maps").toString(), e.file());
  }

  @Test
  void saysThatAFileIsMissing() {
    ProcMissingException e =
        assertThrows(ProcMissingException.class, () -> files.parse("timers", text -> text));
    assertEquals("PROC_MISSING", e.code().name());
    assertEquals(folder.resolve("timers").toString(), e.file());
  }

  @Test
  void refusesTheMemoryOfAProcessWhoseFirstThreadEnded() throws Exception {
    write("stat", Captured.latin1(ZOMBIE_OF_TWO));
    write("maps", new byte[0]);
    write("children", new byte[0]);
    ProcFiles process = new ProcFiles(folder, 812);
    ProcMissingException e =
        assertThrows(ProcMissingException.class, () -> process.parse("maps", Maps::parse));
    assertTrue(e.getMessage().contains("first thread"), e.getMessage());
    assertThrows(ProcMissingException.class, () -> process.link("exe"));
    assertEquals(List.of(), process.parse("children", ProcValues::pids));
  }

  @Test
  void refusesAFolderWithStrangeNames() throws Exception {
    write("fd/12", new byte[0]);
    write("fd/3", new byte[0]);
    assertEquals(List.of(3, 12), files.numbers("fd"));
    write("fd/x", new byte[0]);
    assertThrows(ProcFormatException.class, () -> files.numbers("fd"));
  }

  @Test
  void saysWhatElseWentWrong() {
    // Reading a folder as a file: neither missing nor forbidden.
    Exception e = assertThrows(Exception.class, () -> files.parse(".", text -> text));
    assertInstanceOf(ProcReadException.class, e);
  }
}
