package dev.ckpt.core.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import org.junit.jupiter.api.Test;

class ErrnoTest {
  /** Numbers that only tracers see never come out of a failing call, and have no text. */
  private static final String INTERNAL = "ERESTART";

  @Test
  void everyNumberIsDescribedByItsName() throws IllegalAccessException {
    for (Field field : Errno.class.getDeclaredFields()) {
      boolean constant = Modifier.isPublic(field.getModifiers()) && field.getType() == int.class;
      if (constant && !field.getName().startsWith(INTERNAL)) {
        int errno = field.getInt(null);
        assertEquals(field.getName() + "(" + errno + ")", Errno.describe(errno));
      }
    }
  }

  @Test
  void anUnknownNumberIsSaidAsIs() {
    assertEquals("errno 9999", Errno.describe(9999));
  }
}
