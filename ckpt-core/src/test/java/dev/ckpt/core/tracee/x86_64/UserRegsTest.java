package dev.ckpt.core.tracee.x86_64;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.kernel.NativeBuffer;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class UserRegsTest {
  private static final Set<String> SIZES = Set.of("WORDS", "BYTES");

  private static UserRegs counted() {
    long[] words = new long[UserRegs.WORDS];
    for (int i = 0; i < words.length; i++) {
      words[i] = 1000 + i;
    }
    return new UserRegs(words);
  }

  @Test
  void everyWordHasOneName() throws IllegalAccessException {
    Set<Integer> indexes = new TreeSet<>();
    int names = 0;
    for (Field field : UserRegs.class.getDeclaredFields()) {
      boolean index = field.getType() == int.class && Modifier.isPublic(field.getModifiers());
      if (index && !SIZES.contains(field.getName())) {
        indexes.add(field.getInt(null));
        names++;
      }
    }
    assertEquals(UserRegs.WORDS, names);
    assertEquals(UserRegs.WORDS, indexes.size());
    assertEquals(216, UserRegs.BYTES);
  }

  @Test
  void isReadAndWrittenInOrder() {
    NativeBuffer buffer = NativeBuffer.allocate(UserRegs.BYTES);
    counted().to(buffer);
    assertEquals(1000, buffer.getLong(0));
    assertEquals(1000 + UserRegs.GS, buffer.getLong(UserRegs.BYTES - Long.BYTES));
    assertEquals(counted(), UserRegs.from(buffer));
  }

  @Test
  void withChangesACopyInOnePlace() {
    UserRegs before = counted();
    UserRegs after = before.with(UserRegs.RIP, 5);
    assertEquals(counted(), before);
    assertNotEquals(before, after);
    assertEquals(5, after.ip());
    assertEquals(before, after.with(UserRegs.RIP, before.ip()));
    assertEquals(before.hashCode(), after.with(UserRegs.RIP, before.ip()).hashCode());
  }

  @Test
  void sharesItsWordsWithNobody() {
    long[] words = counted().toArray();
    UserRegs regs = new UserRegs(words);
    words[0] = 0;
    regs.toArray()[1] = 0;
    assertArrayEquals(counted().toArray(), regs.toArray());
  }

  @Test
  void refusesAnotherNumberOfWords() {
    assertThrows(IllegalArgumentException.class, () -> new UserRegs(new long[26]));
    assertThrows(IllegalArgumentException.class, () -> new UserRegs(new long[28]));
  }

  @Test
  void saysWhereItStands() {
    String text = counted().with(UserRegs.RIP, 0x401000).toString();
    assertEquals(true, text.contains("rip=401000"), text);
  }
}
