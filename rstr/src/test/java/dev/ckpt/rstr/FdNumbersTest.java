package dev.ckpt.rstr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FdNumbersTest {
  private static FdNumbers of(List<Integer> fds) throws IOException {
    HandMade image = new HandMade(HandMade.fileRef(Path.of("/bin/true"), 1, 1));
    image.fds.addAll(fds);
    return FdNumbers.of(image.build());
  }

  @Test
  void standAboveStandardDescriptors() throws IOException {
    for (List<Integer> few : List.of(List.<Integer>of(), List.of(0), List.of(0, 1, 2))) {
      FdNumbers numbers = of(few);
      assertEquals(3, numbers.scratch());
      assertEquals(4, numbers.tty());
      assertEquals(5, numbers.take());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 10, 1023, 65_535})
  void standAboveTheHighestOfTheTask(int highest) throws IOException {
    FdNumbers numbers = of(List.of(0, 1, highest));
    Set<Integer> taken = new HashSet<>();
    taken.add(numbers.scratch());
    taken.add(numbers.tty());
    for (int i = 0; i < 100; i++) {
      taken.add(numbers.take());
    }
    assertEquals(102, taken.size(), "no number twice");
    assertTrue(taken.stream().allMatch(number -> number > highest));
    assertTrue(
        taken.stream().allMatch(number -> number >= numbers.scratch()),
        "closing all from the scratch one on closes them all");
  }
}
