package dev.ckpt.rstr;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.tracee.Vdso;
import dev.ckpt.core.tracee.VdsoElf;
import dev.ckpt.error.CkptException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VdsoBridgeTest {
  private static final long PLACE = 0x7fff_1234_5000L;
  private static final int JUMP_BYTES = 14;

  private byte[] own;

  @BeforeEach
  void takeOurs() throws CkptException {
    own = Vdso.ownContent();
    assumeTrue(own.length > 0, "no vdso");
  }

  private static VdsoElf.Function function(byte[] content, String name) throws CkptException {
    return VdsoElf.of(content).find(List.of(name)).orElseThrow();
  }

  /** One whose function of that name has another: it has none any more. */
  private static byte[] without(byte[] content, String name) {
    byte[] renamed = content.clone();
    String text = new String(content, ISO_8859_1);
    for (String symbol : List.of("\0" + name + "\0", "\0__vdso_" + name + "\0")) {
      int at = text.indexOf(symbol);
      if (at >= 0) {
        renamed[at + symbol.length() - 2] = 'X';
      }
    }
    return renamed;
  }

  /** Sets the sizes of all symbols of a place. */
  private static byte[] withSize(byte[] content, VdsoElf.Function function, int lenBytes) {
    ByteBuffer changed = ByteBuffer.wrap(content.clone()).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + 24 <= content.length; at += 8) {
      if (changed.getLong(at + 8) == function.offset()
          && changed.getLong(at + 16) == function.lenBytes()) {
        changed.putLong(at + 16, lenBytes);
      }
    }
    return changed.array();
  }

  @Test
  void jumpsToTheFunctionOfTheSameNameAndChangesNothingElse() throws CkptException {
    byte[] moved = without(own, "time");
    VdsoBridge bridge = VdsoBridge.between(own, own);
    assertEquals(List.of(), bridge.obstacles());

    byte[] bridged = bridge.contentFor(PLACE);

    byte[] expected = own.clone();
    for (VdsoElf.Function function : VdsoElf.of(own).functions()) {
      ByteBuffer.wrap(expected, function.offset(), JUMP_BYTES)
          .order(ByteOrder.LITTLE_ENDIAN)
          .put(HexFormat.of().parseHex("ff2500000000"))
          .putLong(PLACE + function.offset());
    }
    assertArrayEquals(expected, bridged);
    assertFalse(Arrays.equals(own, moved));
  }

  @Test
  void makesTheSystemCallWhereThereIsNoSuchFunction() throws CkptException {
    Map<String, String> calls =
        Map.of(
            "clock_gettime", "b8e40000000f05c3",
            "clock_getres", "b8e50000000f05c3",
            "gettimeofday", "b8600000000f05c3",
            "time", "b8c90000000f05c3",
            "getcpu", "b8350100000f05c3",
            "getrandom", "4983f8ff750848c7c0daffffffc3b83e0100000f05c3");
    for (Map.Entry<String, String> call : calls.entrySet()) {
      if (VdsoElf.of(own).find(List.of(call.getKey())).isPresent()) {
        VdsoBridge bridge = VdsoBridge.between(own, without(own, call.getKey()));
        assertEquals(List.of(), bridge.obstacles());
        int at = function(own, call.getKey()).offset();
        byte[] code = HexFormat.of().parseHex(call.getValue());
        byte[] bridged = bridge.contentFor(PLACE);
        assertArrayEquals(code, Arrays.copyOfRange(bridged, at, at + code.length));
      }
    }
  }

  @Test
  void knowsWhichInstructionsAreStillThere() throws CkptException {
    VdsoBridge bridge = VdsoBridge.between(own, own);
    int at = function(own, "clock_gettime").offset();
    assertFalse(bridge.isLost(at));
    assertTrue(bridge.isLost(at + 1));
    assertTrue(bridge.isLost(0));
  }

  @Test
  void cannotDoWithoutAFunctionThatItDoesNotKnow() throws CkptException {
    VdsoBridge bridge = VdsoBridge.between(without(own, "getcpu"), own);
    assertEquals(List.of("its function [getcpX] is unknown here"), bridge.obstacles());
  }

  @Test
  void needsRoomForAJump() throws CkptException {
    byte[] small = withSize(own, function(own, "time"), JUMP_BYTES - 1);
    assertEquals(
        List.of("its function [time] has no room for a jump"),
        VdsoBridge.between(small, own).obstacles());
    byte[] enough = withSize(own, function(own, "time"), JUMP_BYTES);
    assertEquals(List.of(), VdsoBridge.between(enough, own).obstacles());
    // A system call needs less.
    byte[] tiny = withSize(own, function(own, "time"), 8);
    assertEquals(List.of(), VdsoBridge.between(tiny, without(own, "time")).obstacles());
  }
}
