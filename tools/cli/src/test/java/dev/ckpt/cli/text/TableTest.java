package dev.ckpt.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void makesColumnsAsWideAsTheirWidestCell() {
    Table table = new Table("KIND", ">SIZE", "NAME").row("anon", 12, "[heap]").row("x", 4096, "");

    assertEquals(List.of("KIND  SIZE  NAME", "anon    12  [heap]", "x     4096"), table.lines());
  }

  @Test
  void makesWhatSteersTerminalsVisible() {
    assertEquals("\\u{1b}[2J", new Table("A").row("\u001b[2J").lines().get(1));
  }

  @Test
  void refusesARowOfAnotherShape() {
    Table table = new Table("A", "B");

    assertThrows(IllegalArgumentException.class, () -> table.row("a"));
  }
}
