package dev.ckpt.core.tracee;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VdsoElfTest {
  private static final int DT_HASH = 4;
  private static final int DT_UNUSED = 0x7000_0000;
  private static final int RUNS = 20_000;

  private byte[] own;

  @BeforeEach
  void takeOurs() throws CkptException {
    own = Vdso.ownContent();
    assumeTrue(own.length > 0, "no vdso");
  }

  private static void assertFunctions(byte[] content) throws CkptException {
    VdsoElf elf = VdsoElf.of(content);
    for (String name : List.of("clock_gettime", "gettimeofday", "time", "getcpu")) {
      VdsoElf.Function function = elf.find(List.of("no_such", name)).orElseThrow();
      assertEquals(Set.of(name), function.names());
      assertTrue(function.offset() > 0 && function.lenBytes() > 0, function.toString());
    }
    assertTrue(elf.find(List.of("__vdso_time")).isEmpty(), "names have no prefix");
    assertTrue(elf.find(List.of()).isEmpty());
  }

  @Test
  void findsTheFunctionsOfOurs() throws CkptException {
    assertFunctions(own);
  }

  @Test
  void findsThemByEitherHashTable() throws CkptException {
    VdsoElf both = VdsoElf.of(own);
    for (int tag : new int[] {DT_HASH, 0x6ffffef5}) {
      byte[] one = own.clone();
      if (hide(one, tag)) {
        Collection<VdsoElf.Function> found = VdsoElf.of(one).functions();
        assertEquals(List.copyOf(both.functions()), List.copyOf(found));
        assertFunctions(one);
      }
    }
  }

  /** Gives an entry of the dynamic section a number that says nothing; whether there was one. */
  private static boolean hide(byte[] content, int tag) {
    ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    int dynamic = 0;
    for (int at = 64; bytes.getShort(56) * 56 + 64 > at; at += 56) {
      if (bytes.getInt(at) == 2) {
        dynamic = (int) bytes.getLong(at + 8);
      }
    }
    for (int at = dynamic; bytes.getLong(at) != 0; at += 16) {
      if (bytes.getLong(at) == tag) {
        bytes.putLong(at, DT_UNUSED);
        return true;
      }
    }
    return false;
  }

  @Test
  void refusesWithoutAHashTable() {
    byte[] none = own.clone();
    hide(none, DT_HASH);
    hide(none, 0x6ffffef5);
    assertThrows(CorruptImageException.class, () -> VdsoElf.of(none));
  }

  @Test
  void refusesWhatIsNoVdso() {
    for (byte[] content :
        List.of(new byte[0], new byte[10], new byte[4096], "hello".getBytes(ISO_8859_1))) {
      assertThrows(CorruptImageException.class, () -> VdsoElf.of(content));
    }
  }

  @Test
  void readsOrRefusesEachPartOfOne() {
    for (int lenBytes = 0; lenBytes < own.length; lenBytes += 4) {
      readOrRefuse(Arrays.copyOf(own, lenBytes), "the first " + lenBytes + " bytes");
    }
  }

  @Test
  void readsOrRefusesDamagedOnes() {
    long seed = System.nanoTime();
    System.out.println("VdsoElfTest seed " + seed);
    Random random = new Random(seed);
    for (int run = 0; run < RUNS; run++) {
      byte[] damaged = own.clone();
      for (int i = random.nextInt(8); i >= 0; i--) {
        // The tables stand in the first bytes.
        int at = random.nextInt(0x600) & -(1 << random.nextInt(4));
        damaged[at] = (byte) (random.nextBoolean() ? -1 : random.nextInt());
        damaged[at + 1] = random.nextBoolean() ? damaged[at] : damaged[at + 1];
      }
      readOrRefuse(damaged, "seed " + seed + " run " + run);
    }
  }

  private static void readOrRefuse(byte[] content, String what) {
    try {
      for (VdsoElf.Function function : VdsoElf.of(content).functions()) {
        long end = (long) function.offset() + function.lenBytes();
        assertTrue(function.offset() >= 0 && function.lenBytes() >= 0, what);
        assertTrue(end <= content.length, what + ": " + function);
      }
    } catch (CorruptImageException e) {
      assertEquals("vdso", e.objectType());
    }
  }
}
