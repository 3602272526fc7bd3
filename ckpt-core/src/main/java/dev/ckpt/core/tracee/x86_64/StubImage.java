package dev.ckpt.core.tracee.x86_64;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The stub program: an ELF header, two program headers, a wish to be killed when the thread that
 * started it ends, an alarm in 30 seconds in case that was over before, a loop around pause(2), and
 * the loop that makes system calls for us ({@link LoopCode}). Nothing else is mapped into it but
 * its stack and the vdso.
 */
public final class StubImage {
  private static final long BASE = 0x400000;
  private static final int EHDR_BYTES = 64;
  private static final int PHDR_BYTES = 56;
  private static final int HEADERS_BYTES = EHDR_BYTES + 2 * PHDR_BYTES;
  private static final short ET_EXEC = 2;
  private static final short EM_X86_64 = 62;
  private static final int PT_LOAD = 1;
  private static final int PT_GNU_STACK = 0x6474e551;
  private static final int PF_X = 1;
  private static final int PF_W = 2;
  private static final int PF_R = 4;
  private static final int PAGE = 0x1000;
  private static final int ALIGNMENT = 16;

  private static final byte[] PAUSE = {
    (byte) 0xb8,
    (byte) 0x9d,
    0x00,
    0x00,
    0x00, // mov eax,0x9d (prctl)
    (byte) 0xbf,
    0x01,
    0x00,
    0x00,
    0x00, // mov edi,1 (PR_SET_PDEATHSIG)
    (byte) 0xbe,
    0x09,
    0x00,
    0x00,
    0x00, // mov esi,9 (SIGKILL)
    0x0f,
    0x05, // syscall
    (byte) 0xb8,
    0x25,
    0x00,
    0x00,
    0x00, // mov eax,0x25 (alarm: nobody's stub ends by itself)
    (byte) 0xbf,
    0x1e,
    0x00,
    0x00,
    0x00, // mov edi,0x1e
    0x0f,
    0x05, // syscall
    (byte) 0xb8,
    0x22,
    0x00,
    0x00,
    0x00, // mov eax,0x22 (pause)
    0x0f,
    0x05, // syscall
    (byte) 0xeb,
    (byte) 0xf7, // jmp to the mov before it
  };

  private static final int LOOP_OFFSET =
      (HEADERS_BYTES + PAUSE.length + ALIGNMENT - 1) & -ALIGNMENT;

  private StubImage() {}

  /** Size of the program in bytes. */
  public static int size() {
    return LOOP_OFFSET + LoopCode.size();
  }

  /** Where its copy of {@link LoopCode} stands once it runs. */
  public static long loopAddress() {
    return BASE + LOOP_OFFSET;
  }

  /** The file. */
  public static byte[] elf() {
    ByteBuffer elf = ByteBuffer.allocate(size()).order(ByteOrder.LITTLE_ENDIAN);
    elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
    elf.putShort(ET_EXEC).putShort(EM_X86_64).putInt(1);
    elf.putLong(BASE + HEADERS_BYTES).putLong(EHDR_BYTES).putLong(0).putInt(0);
    elf.putShort((short) EHDR_BYTES).putShort((short) PHDR_BYTES).putShort((short) 2);
    elf.position(EHDR_BYTES);
    programHeader(elf, PT_LOAD, PF_R | PF_X, BASE, size(), PAGE);
    programHeader(elf, PT_GNU_STACK, PF_R | PF_W, 0, 0, ALIGNMENT);
    elf.put(PAUSE).position(LOOP_OFFSET);
    elf.put(new LoopCode().toByteArray());
    return elf.array();
  }

  private static void programHeader(
      ByteBuffer elf, int type, int flags, long address, long size, long align) {
    elf.putInt(type).putInt(flags).putLong(0).putLong(address).putLong(address);
    elf.putLong(size).putLong(size).putLong(align);
  }
}
