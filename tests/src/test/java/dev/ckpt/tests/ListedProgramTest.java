package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.RefusalCode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The list of Debian programs can be read, and is as long as we say. */
class ListedProgramTest {
  private static final int PROGRAMS = 100;

  @Test
  void theListIsWhole() throws IOException {
    List<ListedProgram> programs = ListedProgram.all();
    assertEquals(PROGRAMS, programs.size());
    assertEquals(PROGRAMS, programs.stream().map(ListedProgram::name).distinct().count());
  }

  @Test
  void readsEntries() {
    List<ListedProgram> programs =
        ListedProgram.parse(
            List.of(
                "# a list",
                "",
                "program: one",
                "package: first second",
                "run: one --port $PORT",
                "check: get / |",
                "  grep it",
                "ends: never",
                "",
                "program: two",
                "package: third",
                "after: echo go",
                "run: two",
                "check: cmp out $TWIN/out",
                "refused: TASK_CHILDREN"));
    ListedProgram one = programs.get(0);
    assertEquals(List.of("first", "second"), one.packages());
    assertEquals("get / |\ngrep it", one.check());
    assertEquals(OptionalInt.empty(), one.ends());
    assertTrue(one.hasPort());
    assertFalse(one.isFed() || one.hasTwin());
    ListedProgram two = programs.get(1);
    assertEquals(OptionalInt.of(0), two.ends());
    assertEquals(Optional.of(RefusalCode.TASK_CHILDREN), two.refused());
    assertTrue(two.isFed() && two.hasTwin());
    assertEquals(2, programs.size());
  }

  @Test
  void rejectsWhatItDoesNotKnow() {
    expectRejected("program: one", "pakage: first");
    expectRejected("program: one", "program: two");
    expectRejected("program: one", "package: first", "run: one");
    expectRejected("program: one", "package: first", "run: one", "check: true", "refused: WHY");
    expectRejected("  goes on");
  }

  private static void expectRejected(String... lines) {
    assertThrows(IllegalArgumentException.class, () -> ListedProgram.parse(List.of(lines)));
  }
}
