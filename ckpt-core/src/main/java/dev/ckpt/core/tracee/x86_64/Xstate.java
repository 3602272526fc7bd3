package dev.ckpt.core.tracee.x86_64;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The extended state of a thread, in the standard format of XSAVE as ptrace gives it. */
public final class Xstate {
  /** The tiles of AMX (XFEATURE_XTILE_DATA), which a process has to ask for. */
  public static final long AMX_TILES = 1L << 18;

  /** Where the kernel notes XCR0 in the legacy area ({@code xstate_fx_sw_bytes}). */
  private static final int XCR0_OFFSET = 464;

  private Xstate() {}

  /** The features that are switched on, as a mask of XCR0 bits. */
  public static long features(byte[] xsave) {
    return ByteBuffer.wrap(xsave).order(ByteOrder.LITTLE_ENDIAN).getLong(XCR0_OFFSET);
  }
}
