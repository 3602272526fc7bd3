package dev.ckpt.core.tracee.x86_64;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The code that runs inside a target: a loop over a table of system calls, and the way home.
 *
 * <p>On a live target it stands in the dead bytes at the end of the vdso and uses neither the
 * target's stack nor any memory but an area that it maps and unmaps itself. It works in two modes
 * at once. While the tracer lives, the code stops by sending its own thread a signal that the task
 * ignores: traced threads stop for ignored signals too, and there the tracer gives it the next
 * batch or puts the old registers back. When the tracer is dead the kernel drops that signal
 * without a trace, the code finds no further batch, unmaps the area and goes home: flags, signal
 * mask and registers come from the literals below the code, and the last jump lands on the very
 * instruction where the thread was stopped (or on its system call again, see {@link
 * SyscallRestart}).
 *
 * <p>So at every instruction the right thing happens if we are killed there. No extended state is
 * touched, so none has to be kept.
 *
 * <p>Registers: rbx next table entry, ebp entries left, r12 area address, r13 area length (0: none
 * to unmap), r15d the thread's own number, r14 scratch; at a stop r14 is the number of entries left
 * when one failed, else 0.
 *
 * <p>Table entry, 80 bytes: call number, six arguments, result, references (bit i: argument i is
 * the offset from the area's start of the word to use), flags (bit 0: may fail).
 */
public final class LoopCode {
  /** Size of a table entry in bytes. */
  public static final int ENTRY_BYTES = 80;

  /** Offset of the six arguments in an entry. */
  public static final int ENTRY_ARGUMENTS = 8;

  /** Offset of the result in an entry. */
  public static final int ENTRY_RESULT = 56;

  /** Offset of the reference bits in an entry. */
  public static final int ENTRY_REFERENCES = 64;

  /** Offset of the flags in an entry. */
  public static final int ENTRY_FLAGS = 72;

  /** Marks the code's beginning, so that dead bytes of a killed dump can be told from others'. */
  private static final byte[] MAGIC = {'c', 'k', 'p', 't', 'l', 'o', 'o', 'p'};

  private static final String[] HOME = {
    "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
    "r15"
  };
  private static final int[] HOME_INDEX = {
    UserRegs.RAX,
    UserRegs.RBX,
    UserRegs.RCX,
    UserRegs.RDX,
    UserRegs.RSI,
    UserRegs.RDI,
    UserRegs.RBP,
    UserRegs.R8,
    UserRegs.R9,
    UserRegs.R10,
    UserRegs.R11,
    UserRegs.R12,
    UserRegs.R13,
    UserRegs.R14,
    UserRegs.R15
  };
  private static final String[] HOME_OPCODE = {
    "48 8b 05",
    "48 8b 1d",
    "48 8b 0d",
    "48 8b 15",
    "48 8b 35",
    "48 8b 3d",
    "48 8b 2d",
    "4c 8b 05",
    "4c 8b 0d",
    "4c 8b 15",
    "4c 8b 1d",
    "4c 8b 25",
    "4c 8b 2d",
    "4c 8b 35",
    "4c 8b 3d"
  };

  private static final List<String> LISTING = new ArrayList<>();
  private static final Map<String, Integer> LABELS = new HashMap<>();
  private static final byte[] CODE = assemble();

  private final ByteBuffer bytes;

  /** A copy of the code whose literals are still zero. */
  public LoopCode() {
    this(CODE.clone());
  }

  private LoopCode(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** What a killed dump left in a target; nothing when that is not this very code. */
  public static Optional<LoopCode> left(byte[] content) {
    int literals = LABELS.get("tgid");
    return content.length == CODE.length && Arrays.equals(content, 0, literals, CODE, 0, literals)
        ? Optional.of(new LoopCode(content.clone()))
        : Optional.empty();
  }

  /** Size of code and literals in bytes. */
  public static int size() {
    return CODE.length;
  }

  /** The bytes that the code begins with. */
  public static byte[] magic() {
    return MAGIC.clone();
  }

  /** Where the code enters to map its area: one system call that the registers already hold. */
  public static int firstOffset() {
    return LABELS.get("first");
  }

  /** Where the code enters to run a batch. */
  public static int loopOffset() {
    return LABELS.get("loop");
  }

  /** Where a thread stands right after a call of a batch; rbx is that call's entry. */
  public static int calledOffset() {
    return LABELS.get("called");
  }

  /** Where a thread stands when it has stopped for the tracer. */
  public static int raisedOffset() {
    return LABELS.get("raised");
  }

  /** Behind the last system call on the way home: from there on it only loads registers. */
  public static int unmaskedOffset() {
    return LABELS.get("unmasked");
  }

  /** The lines of assembly with their bytes, for the tests that disassemble and execute them. */
  static List<String> listing() {
    return List.copyOf(LISTING);
  }

  /** The signal that stops the thread for its tracer; 0 where every signal has a handler. */
  public LoopCode stopWith(int pid, int signal) {
    bytes.putInt(LABELS.get("tgid"), pid);
    bytes.putInt(LABELS.get("signal"), signal);
    return this;
  }

  /** What a thread has to be when it comes home without a tracer. */
  public LoopCode home(UserRegs regs, long sigmask) {
    bytes.putLong(LABELS.get("all"), -1);
    bytes.putLong(LABELS.get("mask"), sigmask);
    bytes.putLong(LABELS.get("eflags"), regs.get(UserRegs.EFLAGS));
    bytes.putLong(LABELS.get("home_rsp"), regs.get(UserRegs.RSP));
    bytes.putLong(LABELS.get("home_rip"), regs.get(UserRegs.RIP));
    for (int i = 0; i < HOME.length; i++) {
      bytes.putLong(LABELS.get("home_" + HOME[i]), regs.get(HOME_INDEX[i]));
    }
    return this;
  }

  /** The signal that it stops with. */
  public int stopSignal() {
    return bytes.getInt(LABELS.get("signal"));
  }

  /** The blocked signals of a thread that has come home. */
  public long homeMask() {
    return bytes.getLong(LABELS.get("mask"));
  }

  /**
   * The registers of a thread that has come home.
   *
   * @param regs as it is on its way: segments and the like do not change
   */
  public UserRegs homeRegs(UserRegs regs) {
    UserRegs home =
        regs.with(UserRegs.ORIG_RAX, -1)
            .with(UserRegs.EFLAGS, bytes.getLong(LABELS.get("eflags")))
            .with(UserRegs.RSP, bytes.getLong(LABELS.get("home_rsp")))
            .with(UserRegs.RIP, bytes.getLong(LABELS.get("home_rip")));
    for (int i = 0; i < HOME.length; i++) {
      home = home.with(HOME_INDEX[i], bytes.getLong(LABELS.get("home_" + HOME[i])));
    }
    return home;
  }

  /** Code and literals. */
  public byte[] toByteArray() {
    return bytes.array().clone();
  }

  private static byte[] assemble() {
    Assembly a = new Assembly();
    a.data(MAGIC);
    assembleFirst(a);
    assembleLoop(a);
    assembleRaise(a);
    assembleHome(a);
    a.align(8);
    a.label("tgid").data(new byte[4]);
    a.label("signal").data(new byte[4]);
    for (String literal : new String[] {"all", "mask", "eflags", "home_rsp", "home_rip"}) {
      a.label(literal).data(new byte[8]);
    }
    for (String register : HOME) {
      a.label("home_" + register).data(new byte[8]);
    }
    return a.finish();
  }

  private static void assembleFirst(Assembly a) {
    a.label("first");
    a.line("0f 05", "syscall"); // mmap of the area; the tracer set its arguments
    a.line("49 89 c4", "mov r12,rax");
    a.line("48 3d 01 f0 ff ff", "cmp rax,0xfffffffffffff001");
    a.jump("0f 82", "jb", "raise");
    a.line("45 31 ed", "xor r13d,r13d"); // it failed: there is nothing to unmap
    a.jump("e9", "jmp", "raise");
  }

  private static void assembleLoop(Assembly a) {
    a.label("loop");
    a.line("85 ed", "test ebp,ebp");
    a.jump("0f 84", "je", "raise");
    a.line("4c 8b 73 40", "mov r14,QWORD PTR [rbx+0x40]");
    argument(a, "rdi", "48 8b 7b 08", "0x8", "01", "49 8b 3c 3c");
    argument(a, "rsi", "48 8b 73 10", "0x10", "02", "49 8b 34 34");
    argument(a, "rdx", "48 8b 53 18", "0x18", "04", "49 8b 14 14");
    argument(a, "r10", "4c 8b 53 20", "0x20", "08", "4f 8b 14 14");
    argument(a, "r8", "4c 8b 43 28", "0x28", "10", "4f 8b 04 04");
    argument(a, "r9", "4c 8b 4b 30", "0x30", "20", "4f 8b 0c 0c");
    a.line("48 8b 03", "mov rax,QWORD PTR [rbx]");
    a.line("0f 05", "syscall");
    a.label("called");
    a.line("48 89 43 38", "mov QWORD PTR [rbx+0x38],rax");
    a.line("48 3d 01 f0 ff ff", "cmp rax,0xfffffffffffff001");
    a.jump("0f 82", "jb", "next");
    a.line("f6 43 48 01", "test BYTE PTR [rbx+0x48],0x1");
    a.jump("0f 85", "jne", "next");
    a.line("41 89 ee", "mov r14d,ebp"); // a call that may not fail did: tell how many are left
    a.line("31 ed", "xor ebp,ebp");
    a.jump("e9", "jmp", "raise");
    a.label("next");
    a.line("48 83 c3 50", "add rbx,0x50");
    a.line("ff cd", "dec ebp");
    a.line("45 31 f6", "xor r14d,r14d");
    a.jump("e9", "jmp", "loop");
  }

  private static void argument(
      Assembly a, String register, String load, String offset, String bit, String indirect) {
    String plain = "argument_" + register;
    a.line(load, "mov " + register + ",QWORD PTR [rbx+" + offset + "]");
    a.line("41 f6 c6 " + bit, "test r14b,0x" + Integer.toHexString(Integer.parseInt(bit, 16)));
    a.jump("0f 84", "je", plain);
    a.line(indirect, "mov " + register + ",QWORD PTR [r12+" + register + "*1]");
    a.label(plain);
  }

  private static void assembleRaise(Assembly a) {
    a.label("raise");
    a.line("b8 ea 00 00 00", "mov eax,0xea"); // tgkill(tgid, tid, signal)
    a.literal("8b 3d", "mov edi,DWORD PTR", "tgid");
    a.line("44 89 fe", "mov esi,r15d");
    a.literal("8b 15", "mov edx,DWORD PTR", "signal");
    a.line("0f 05", "syscall");
    a.label("raised");
    a.line("85 ed", "test ebp,ebp");
    a.jump("0f 85", "jne", "loop");
    a.line("4d 85 ed", "test r13,r13");
    a.jump("0f 84", "je", "home");
    a.line("b8 0b 00 00 00", "mov eax,0xb"); // munmap(area)
    a.line("4c 89 e7", "mov rdi,r12");
    a.line("4c 89 ee", "mov rsi,r13");
    a.line("0f 05", "syscall");
    a.line("45 31 ed", "xor r13d,r13d");
    a.jump("e9", "jmp", "raise");
  }

  private static void assembleHome(Assembly a) {
    a.label("home");
    // While rsp points at a literal no signal may come: the kernel would put its frame there.
    a.line("b8 0e 00 00 00", "mov eax,0xe"); // rt_sigprocmask(SIG_SETMASK, all)
    a.line("bf 02 00 00 00", "mov edi,0x2");
    a.literal("48 8d 35", "lea rsi,", "all");
    a.line("ba 00 00 00 00", "mov edx,0x0");
    a.line("41 ba 08 00 00 00", "mov r10d,0x8");
    a.line("0f 05", "syscall");
    a.literal("48 8d 25", "lea rsp,", "eflags");
    a.line("9d", "popf");
    a.literal("48 8b 25", "mov rsp,QWORD PTR", "home_rsp");
    // From here on only mov and lea: they and the system call leave the flags alone.
    a.line("b8 0e 00 00 00", "mov eax,0xe"); // rt_sigprocmask(SIG_SETMASK, mask)
    a.line("bf 02 00 00 00", "mov edi,0x2");
    a.literal("48 8d 35", "lea rsi,", "mask");
    a.line("ba 00 00 00 00", "mov edx,0x0");
    a.line("41 ba 08 00 00 00", "mov r10d,0x8");
    a.line("0f 05", "syscall");
    a.label("unmasked");
    for (int i = 0; i < HOME.length; i++) {
      a.literal(HOME_OPCODE[i], "mov " + HOME[i] + ",QWORD PTR", "home_" + HOME[i]);
    }
    a.literal("ff 25", "jmp QWORD PTR", "home_rip");
  }

  /** Puts bytes one after another and fills in 32-bit distances to labels at the end. */
  private static final class Assembly {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Map<Integer, String> fixups = new HashMap<>();

    private Assembly label(String name) {
      LABELS.put(name, out.size());
      return this;
    }

    private void data(byte[] content) {
      out.writeBytes(content);
    }

    private void line(String hex, String mnemonic) {
      LISTING.add(out.size() + "\t" + hex + "\t" + mnemonic);
      for (String digits : hex.split(" ")) {
        out.write(Integer.parseInt(digits, 16));
      }
    }

    private void jump(String opcode, String mnemonic, String target) {
      line(opcode, mnemonic);
      distanceTo(target);
    }

    private void literal(String opcode, String mnemonic, String target) {
      line(opcode, mnemonic);
      distanceTo(target);
    }

    private void distanceTo(String target) {
      fixups.put(out.size(), target);
      out.writeBytes(new byte[Integer.BYTES]);
    }

    private void align(int bytes) {
      while (out.size() % bytes != 0) {
        out.write(0);
      }
    }

    private byte[] finish() {
      ByteBuffer code = ByteBuffer.wrap(out.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
      fixups.forEach((at, target) -> code.putInt(at, LABELS.get(target) - (at + Integer.BYTES)));
      return code.array();
    }
  }
}
