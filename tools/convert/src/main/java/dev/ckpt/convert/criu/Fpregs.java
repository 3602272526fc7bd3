package dev.ckpt.convert.criu;

import dev.ckpt.convert.XsaveLayout;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.CpuX86_64;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The vector registers of a thread: an XSAVE area as one piece, and by its components.
 *
 * <p>Source: Intel Software Developer's Manual, volume 1, "Managing state using the XSAVE feature
 * set"; images/core-x86.proto.
 */
final class Fpregs {
  private static final int FXSAVE_BYTES = 512;
  private static final int HEADER_BYTES = 64;
  private static final int MXCSR_MASK_OFFSET = 28;
  private static final int ST_OFFSET = 32;
  private static final int ST_WORDS = 32;
  private static final int XMM_OFFSET = 160;
  private static final int XMM_WORDS = 64;

  /** x87 and SSE, which every thread has. */
  private static final long LEGACY = 3;

  /** The components of CRIU's, in the layout that {@link XsaveLayout#known} makes. */
  private enum Component {
    YMM(2, 576, 256),
    BNDREGS(3, 960, 64),
    BNDCSR(4, 1024, 64),
    OPMASK(5, 1088, 64),
    ZMM_HI256(6, 1152, 512),
    HI16_ZMM(7, 1664, 1024),
    PKRU(9, 2688, 8);

    private final long bit;
    private final int offset;
    private final int lenBytes;

    Component(int number, int offset, int lenBytes) {
      this.bit = 1L << number;
      this.offset = offset;
      this.lenBytes = lenBytes;
    }

    boolean isIn(CpuX86_64 cpu) {
      return (cpu.xfeatures() & bit) != 0;
    }

    List<Integer> words(ByteBuffer area) {
      return IntStream.range(0, lenBytes / Integer.BYTES)
          .mapToObj(i -> area.getInt(offset + i * Integer.BYTES))
          .toList();
    }

    List<Long> longs(ByteBuffer area) {
      return LongStream.range(0, lenBytes / Long.BYTES)
          .mapToObj(i -> area.getLong(offset + (int) i * Long.BYTES))
          .toList();
    }
  }

  private Fpregs() {}

  /** Components of a thread's that are in use, and that CRIU does not know. */
  static long unknown(CpuX86_64 cpu) {
    ByteBuffer area = area(cpu);
    long known = LEGACY;
    for (Component component : Component.values()) {
      known |= component.bit;
    }
    return area.getLong(FXSAVE_BYTES) & ~known;
  }

  static Criu.FpregsX86 toCriu(CpuX86_64 cpu) {
    ByteBuffer area = area(cpu);
    long inUse = area.getLong(FXSAVE_BYTES);
    Criu.FpregsX86.Builder fpregs =
        Criu.FpregsX86.newBuilder()
            .setCwd(Short.toUnsignedInt(area.getShort(0)))
            .setSwd(Short.toUnsignedInt(area.getShort(2)))
            .setTwd(Short.toUnsignedInt(area.getShort(4)))
            .setFop(Short.toUnsignedInt(area.getShort(6)))
            .setRip(area.getLong(8))
            .setRdp(area.getLong(16))
            .setMxcsr(area.getInt(24))
            .setMxcsrMask(area.getInt(MXCSR_MASK_OFFSET));
    for (int i = 0; i < ST_WORDS; i++) {
      fpregs.addStSpace(area.getInt(ST_OFFSET + i * Integer.BYTES));
    }
    for (int i = 0; i < XMM_WORDS; i++) {
      fpregs.addXmmSpace(area.getInt(XMM_OFFSET + i * Integer.BYTES));
    }
    Criu.XsaveX86.Builder xsave = Criu.XsaveX86.newBuilder().setXstateBv(inUse);
    put(cpu, Component.YMM, c -> xsave.addAllYmmhSpace(c.words(area)));
    put(cpu, Component.BNDREGS, c -> xsave.addAllBndregState(c.longs(area)));
    put(cpu, Component.BNDCSR, c -> xsave.addAllBndcsrState(c.longs(area)));
    put(cpu, Component.OPMASK, c -> xsave.addAllOpmaskReg(c.longs(area)));
    put(cpu, Component.ZMM_HI256, c -> xsave.addAllZmmUpper(c.longs(area)));
    put(cpu, Component.HI16_ZMM, c -> xsave.addAllHi16Zmm(c.longs(area)));
    put(cpu, Component.PKRU, c -> xsave.addAllPkru(c.words(area)));
    return fpregs.setXsave(xsave).build();
  }

  private static void put(CpuX86_64 cpu, Component component, Consumer<Component> into) {
    if (component.isIn(cpu)) {
      into.accept(component);
    }
  }

  /** The components that the CPU of the dump had. */
  static long xfeatures(Criu.FpregsX86 fpregs) {
    Criu.XsaveX86 xsave = fpregs.getXsave();
    return LEGACY
        | bit(Component.YMM, xsave.getYmmhSpaceCount())
        | bit(Component.BNDREGS, xsave.getBndregStateCount())
        | bit(Component.BNDCSR, xsave.getBndcsrStateCount())
        | bit(Component.OPMASK, xsave.getOpmaskRegCount())
        | bit(Component.ZMM_HI256, xsave.getZmmUpperCount())
        | bit(Component.HI16_ZMM, xsave.getHi16ZmmCount())
        | bit(Component.PKRU, xsave.getPkruCount());
  }

  private static long bit(Component component, int count) {
    return count > 0 ? component.bit : 0;
  }

  /** The area as this machine's CPU has it. */
  static ByteString toCkpt(Criu.FpregsX86 fpregs) throws IOException {
    int full = Component.PKRU.offset + Component.PKRU.lenBytes;
    ByteBuffer area = ByteBuffer.allocate(full).order(ByteOrder.LITTLE_ENDIAN);
    area.putShort(0, (short) fpregs.getCwd())
        .putShort(2, (short) fpregs.getSwd())
        .putShort(4, (short) fpregs.getTwd())
        .putShort(6, (short) fpregs.getFop())
        .putLong(8, fpregs.getRip())
        .putLong(16, fpregs.getRdp())
        .putInt(24, fpregs.getMxcsr())
        .putInt(MXCSR_MASK_OFFSET, fpregs.getMxcsrMask());
    putWords(area, ST_OFFSET, ST_WORDS, fpregs.getStSpaceList());
    putWords(area, XMM_OFFSET, XMM_WORDS, fpregs.getXmmSpaceList());
    Criu.XsaveX86 xsave = fpregs.getXsave();
    area.putLong(FXSAVE_BYTES, fpregs.hasXsave() ? xsave.getXstateBv() : LEGACY);
    putWords(area, Component.YMM, xsave.getYmmhSpaceList());
    putLongs(area, Component.BNDREGS, xsave.getBndregStateList());
    putLongs(area, Component.BNDCSR, xsave.getBndcsrStateList());
    putLongs(area, Component.OPMASK, xsave.getOpmaskRegList());
    putLongs(area, Component.ZMM_HI256, xsave.getZmmUpperList());
    putLongs(area, Component.HI16_ZMM, xsave.getHi16ZmmList());
    putWords(area, Component.PKRU, xsave.getPkruList());
    return XsaveLayout.ofThisMachine(ByteString.of(area.array()), xfeatures(fpregs));
  }

  private static void putWords(ByteBuffer area, Component component, List<Integer> words) {
    putWords(area, component.offset, component.lenBytes / Integer.BYTES, words);
  }

  private static void putWords(ByteBuffer area, int offset, int most, List<Integer> words) {
    requireAtMost(most, words.size());
    for (int i = 0; i < words.size(); i++) {
      area.putInt(offset + i * Integer.BYTES, words.get(i));
    }
  }

  private static void putLongs(ByteBuffer area, Component component, List<Long> longs) {
    requireAtMost(component.lenBytes / Long.BYTES, longs.size());
    for (int i = 0; i < longs.size(); i++) {
      area.putLong(component.offset + i * Long.BYTES, longs.get(i));
    }
  }

  private static void requireAtMost(int most, int nr) {
    if (nr > most) {
      throw new IllegalArgumentException("a register set of " + nr + " words, not " + most);
    }
  }

  /** NB: a component that is not in use is in its first state, whatever its bytes are. */
  private static ByteBuffer area(CpuX86_64 cpu) {
    int full = Component.PKRU.offset + Component.PKRU.lenBytes;
    byte[] known = XsaveLayout.known(cpu).toByteArray();
    ByteBuffer area =
        ByteBuffer.allocate(Math.max(full, known.length)).order(ByteOrder.LITTLE_ENDIAN);
    area.put(0, known);
    long inUse = area.getLong(FXSAVE_BYTES);
    for (Component component : Component.values()) {
      if ((inUse & component.bit) == 0) {
        area.put(component.offset, new byte[component.lenBytes]);
      }
    }
    return area;
  }
}
