package dev.ckpt.cli.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.cli.text.HexDump;
import dev.ckpt.cli.text.Layout;
import dev.ckpt.convert.memory.Area;
import dev.ckpt.convert.memory.ImageMemory;
import dev.ckpt.convert.memory.PageFinder;
import dev.ckpt.convert.memory.SearchWindow.Match;
import dev.ckpt.convert.memory.StringScan.Found;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ParentSource;
import dev.ckpt.format.record.Vma;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found in memory as a terminal of 80 columns shows it. */
class MemoryTextTest {
  private static final int COLUMNS = 80;
  private static final Layout TERMINAL = Layout.ofTerminal(Map.of());
  private static final Layout BOLD = Layout.ofTerminal(Map.of("TERM", "xterm"));

  @TempDir Path folder;
  private ImageChain chain;
  private ImageMemory memory;
  private Vma longest;

  // What is opened here is closed after each test.
  @SuppressWarnings("MustBeClosedChecker")
  @BeforeEach
  void open() throws IOException {
    ImageFile file = ImageFile.open(Files.write(folder.resolve("wide"), GoldenImage.wide()));
    ImageState state = file.state();
    chain = ImageChain.from(file, "wide", state, ParentSource.NONE);
    memory = new ImageMemory(state, chain);
    longest = state.vmas().get(1);
    assertTrue(longest.name().length() >= COLUMNS);
  }

  @AfterEach
  void close() throws IOException {
    chain.close();
  }

  private Match match(int before, int wanted, int after) {
    Area area = memory.areas().get(1);
    byte[] around = new byte[before + wanted + after];
    Arrays.fill(around, (byte) 'a');
    Arrays.fill(around, before, before + wanted, (byte) 'M');
    return new Match(area, longest.start() + 8, around, before);
  }

  private String line(Layout layout, boolean hex, int before, int wanted) {
    HitText text = new HitText(memory, layout, hex);
    return text.line(match(before, wanted, HitText.bytes(layout, hex)), wanted);
  }

  @Test
  void matchesStandBelowEachOther() {
    for (int wanted : List.of(1, 5, 200)) {
      String full = line(TERMINAL, false, HitText.bytesBefore(TERMINAL, false), wanted);
      String first = line(TERMINAL, false, 0, wanted);
      assertEquals(COLUMNS, full.length(), full);
      assertEquals(COLUMNS, first.length(), first);
      assertEquals(full.indexOf('M'), first.indexOf('M'));
      String hex = line(TERMINAL, true, HitText.bytesBefore(TERMINAL, true), wanted);
      String hexFirst = line(TERMINAL, true, 0, wanted);
      assertTrue(hex.length() <= COLUMNS, hex);
      assertEquals(hex.indexOf("4d"), hexFirst.indexOf("4d"));
    }
  }

  @Test
  void aMatchIsSetOffOnATerminal() {
    String line = line(BOLD, false, 3, 4);
    assertTrue(line.contains("aaa\u001b[1mMMMM\u001b[0maaa"), line);
    assertTrue(line(BOLD, true, 3, 2).contains("61 \u001b[1m4d 4d\u001b[0m 61"));
  }

  @Test
  void stringsAreCutAndNamesToo() {
    HitText text = new HitText(memory, TERMINAL, false);
    Area area = memory.areas().get(1);
    String line = text.line(new Found(area, longest.start(), "x\ty".repeat(100)));
    assertEquals(COLUMNS, line.length(), line);
    assertTrue(line.contains("  x\\tyx\\ty") && line.endsWith("..."), line);
    String whole =
        new HitText(memory, Layout.ofEverything(), false)
            .line(new Found(area, longest.start(), "z".repeat(500)));
    assertTrue(whole.endsWith(longest.name() + "  " + "z".repeat(500)), whole);
  }

  @Test
  void theNameOfAnObjectIsKept() {
    Area object =
        memory.areas().stream()
            .filter(
                area ->
                    area.object().filter(name -> name.toString().contains("buffer")).isPresent())
            .findFirst()
            .orElseThrow();
    String line = new HitText(memory, TERMINAL, false).line(new Found(object, 0x10, "text"));
    assertEquals("         +10  /memfd:buffer     text", line);
  }

  @Test
  void pagesFit() throws IOException {
    for (long addr : new long[] {0x555555556000L, longest.start(), 0x7f0000000000L, 0, -1}) {
      PageText text = new PageText(new PageFinder(memory).at(addr), memory.state());
      for (String line : text.lines(TERMINAL, addr, true)) {
        assertTrue(line.length() <= COLUMNS, line);
      }
    }
  }

  @Test
  void theLineThatWasAskedForIsSetOff() {
    byte[] bytes = "same same same!!".repeat(4).getBytes(StandardCharsets.US_ASCII);
    List<String> lines = HexDump.lines(bytes, 0x1000, 0x1025, BOLD, false);
    assertEquals(5, lines.size());
    assertEquals("*", lines.get(1));
    assertTrue(lines.get(2).startsWith("\u001b[1m000000001020 "), lines.get(2));
    assertEquals("*", lines.get(3));
    assertEquals("000000001040", lines.get(4));
    assertEquals(5, HexDump.lines(bytes, 0x1000, 0x1025, BOLD, true).size());
  }
}
