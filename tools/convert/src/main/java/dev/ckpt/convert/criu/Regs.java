package dev.ckpt.convert.criu;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.CpuX86_64;
import java.util.Set;

/**
 * The general registers of a thread.
 *
 * <p>A thread that was stopped in a system call is to make it again. The kernel does that for a
 * traced one, by the numbers below in rax; CRIU returns from a signal instead, and so its images
 * have registers that need no help.
 */
final class Regs {
  /** include/linux/errno.h; no program ever sees them. */
  private static final long ERESTARTSYS = -512;

  private static final long ERESTARTNOINTR = -513;
  private static final long ERESTARTNOHAND = -514;
  private static final long ERESTART_RESTARTBLOCK = -516;

  private static final long EINTR = -4;

  /** In orig_rax of a thread that is in no call. */
  private static final long NO_SYSCALL = -1;

  /**
   * Calls that answer EINTR to any stop although nothing happened yet, by their numbers; signal(7),
   * "Interruption of system calls and library functions by stop signals".
   */
  private static final Set<Long> EINTR_BY_STOP =
      Set.of(
          0L, // read, of a socket with a time-out, as the next nine
          1L, // write
          42L, // connect
          43L, // accept
          44L, // sendto
          45L, // recvfrom
          46L, // sendmsg
          47L, // recvmsg
          288L, // accept4
          65L, // semop
          69L, // msgsnd
          70L, // msgrcv
          128L, // rt_sigtimedwait
          208L, // io_getevents
          220L, // semtimedop
          232L, // epoll_wait
          281L, // epoll_pwait
          333L, // io_pgetevents
          441L); // epoll_pwait2

  /** Calls that go on for what is left of a time when they are made again. */
  private static final Set<Long> WITH_RESTART_BLOCK =
      Set.of(
          7L, // poll
          35L, // nanosleep
          202L, // futex
          230L); // clock_nanosleep

  /** Of the instructions syscall, sysenter and int 0x80. */
  private static final int SYSCALL_BYTES = 2;

  /** user_x86_regs_mode. */
  private static final int NATIVE = 1;

  private Regs() {}

  /**
   * NB: CRIU's own images have a call with time left fail with EINTR, which no program expects that
   * has no handler. To wait for the whole time again is what it can do better.
   */
  private static boolean isToBeMadeAgain(long rax) {
    return rax == ERESTARTSYS
        || rax == ERESTARTNOINTR
        || rax == ERESTARTNOHAND
        || rax == ERESTART_RESTARTBLOCK;
  }

  /** Whether a thread waits in a call that would go on for what is left of a time. */
  static boolean hasTimeLeft(CpuX86_64 cpu) {
    return cpu.origRax() >= 0 && cpu.rax() == ERESTART_RESTARTBLOCK;
  }

  /**
   * The registers of a thread.
   *
   * @param stopped whether a signal has stopped the task: then EINTR is what the program sees
   */
  static Criu.RegsX86 toCriu(CpuX86_64 cpu, boolean stopped) {
    long rax = cpu.rax();
    long rip = cpu.rip();
    boolean byStop = !stopped && rax == EINTR && EINTR_BY_STOP.contains(cpu.origRax());
    if (cpu.origRax() >= 0 && (byStop || isToBeMadeAgain(rax))) {
      rax = cpu.origRax();
      rip -= SYSCALL_BYTES;
    }
    return Criu.RegsX86.newBuilder()
        .setR15(cpu.r15())
        .setR14(cpu.r14())
        .setR13(cpu.r13())
        .setR12(cpu.r12())
        .setBp(cpu.rbp())
        .setBx(cpu.rbx())
        .setR11(cpu.r11())
        .setR10(cpu.r10())
        .setR9(cpu.r9())
        .setR8(cpu.r8())
        .setAx(rax)
        .setCx(cpu.rcx())
        .setDx(cpu.rdx())
        .setSi(cpu.rsi())
        .setDi(cpu.rdi())
        .setOrigAx(cpu.origRax())
        .setIp(rip)
        .setCs(cpu.cs())
        .setFlags(cpu.eflags())
        .setSp(cpu.rsp())
        .setSs(cpu.ss())
        .setFsBase(cpu.fsBase())
        .setGsBase(cpu.gsBase())
        .setDs(cpu.ds())
        .setEs(cpu.es())
        .setFs(cpu.fs())
        .setGs(cpu.gs())
        .setMode(NATIVE)
        .build();
  }

  /**
   * The registers of a thread.
   *
   * <p>NB: of a call with time left CRIU has made one that failed with EINTR. No program had seen
   * that yet: it is made one again that waits, for all of its time.
   *
   * @param stopped whether a signal has stopped the task: then any other EINTR is what the program
   *     sees, and the call is over
   */
  static CpuX86_64 toCkpt(
      int tid, Criu.RegsX86 regs, boolean stopped, ByteString xsave, long xfeatures) {
    boolean interrupted = regs.getAx() == EINTR;
    boolean waits = interrupted && WITH_RESTART_BLOCK.contains(regs.getOrigAx());
    boolean over = interrupted && stopped && !waits;
    return new CpuX86_64(
        tid,
        regs.getR15(),
        regs.getR14(),
        regs.getR13(),
        regs.getR12(),
        regs.getBp(),
        regs.getBx(),
        regs.getR11(),
        regs.getR10(),
        regs.getR9(),
        regs.getR8(),
        waits ? ERESTART_RESTARTBLOCK : regs.getAx(),
        regs.getCx(),
        regs.getDx(),
        regs.getSi(),
        regs.getDi(),
        over ? NO_SYSCALL : regs.getOrigAx(),
        regs.getIp(),
        regs.getCs(),
        regs.getFlags(),
        regs.getSp(),
        regs.getSs(),
        regs.getFsBase(),
        regs.getGsBase(),
        regs.getDs(),
        regs.getEs(),
        regs.getFs(),
        regs.getGs(),
        xsave,
        xfeatures);
  }

  /** Whether the registers are of a program of 64 bits. */
  static boolean isNative(Criu.RegsX86 regs) {
    return !regs.hasMode() || regs.getMode() == NATIVE;
  }
}
