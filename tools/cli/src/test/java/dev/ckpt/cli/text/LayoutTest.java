package dev.ckpt.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayoutTest {
  @Test
  void aTerminalHasEightyColumnsUnlessItSaysOtherwise() {
    assertEquals(80, Layout.ofTerminal(Map.of()).columns());
    assertEquals(132, Layout.ofTerminal(Map.of("COLUMNS", "132")).columns());
    assertEquals(40, Layout.ofTerminal(Map.of("COLUMNS", "3")).columns());
    assertEquals(80, Layout.ofTerminal(Map.of("COLUMNS", "wide")).columns());
  }

  @Test
  void headingsAreSetOffWhereThatCanBeShown() {
    assertEquals(
        "\u001b[1mfiles\u001b[0m", Layout.ofTerminal(Map.of("TERM", "xterm")).heading("files"));
    assertFalse(Layout.ofTerminal(Map.of()).bold());
    assertFalse(Layout.ofTerminal(Map.of("TERM", "dumb")).bold());
    assertFalse(Layout.ofTerminal(Map.of("TERM", "xterm", "NO_COLOR", "")).bold());
    assertEquals("files", Layout.ofEverything().heading("files"));
  }

  @Test
  void aPathLosesFoldersAndAnythingElseItsMiddle() {
    assertEquals(".../lib/libc.so", Names.fit("/usr/x86_64/lib/libc.so", 15));
    assertEquals(".../lib/libc.so", Names.fit("/usr/x86_64/lib/libc.so", 21));
    assertEquals("abc...uvwxyz", Names.fit("abcdefghijklmnopqrstuvwxyz", 12));
    assertEquals("/us...", Names.fit("/us...", 6));
    assertEquals("/v...le.so", Names.fit("/very-long-name-of-a-file.so", 10));
  }

  @Test
  void onlyTheLastColumnIsCut() {
    Table table = new Table("A", "B").row("x".repeat(30), "y".repeat(60));
    List<String> lines = table.lines(Layout.ofTerminal(Map.of()), "  ");

    assertEquals(80, lines.get(1).length());
    assertTrue(lines.get(1).startsWith("  " + "x".repeat(30) + "  yyy"), lines.get(1));
    assertEquals(92, table.lines().get(1).length());
  }
}
