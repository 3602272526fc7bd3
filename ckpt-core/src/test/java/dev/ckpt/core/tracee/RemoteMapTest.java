package dev.ckpt.core.tracee;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RemoteMapTest {
  @Test
  void containsItsFirstAndLastByteOnly() {
    RemoteMap map = new RemoteMap(0x1000, 0x1000);
    assertFalse(map.contains(0xfff));
    assertTrue(map.contains(0x1000));
    assertTrue(map.contains(0x1fff));
    assertFalse(map.contains(0x2000));
    assertFalse(map.contains(-1));
    assertEquals(0x2000, map.end());
  }

  @Test
  void addressesAreUnsigned() {
    RemoteMap vsyscall = new RemoteMap(0xffff_ffff_ff60_0000L, 0x1000);
    assertTrue(vsyscall.contains(0xffff_ffff_ff60_0fffL));
    assertFalse(vsyscall.contains(0x1000));
  }
}
