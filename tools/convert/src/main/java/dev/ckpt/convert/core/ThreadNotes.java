package dev.ckpt.convert.core;

import dev.ckpt.convert.XsaveLayout;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.Sigpending;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.TaskThread;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The notes about each thread: struct elf_prstatus, and the registers that it has no room for.
 *
 * <p>Source: linux/elfcore.h, asm/user_64.h. What an image does not tell is zero: times of the CPU.
 */
final class ThreadNotes {
  /** Of struct elf_prstatus on x86-64. */
  static final int PRSTATUS_BYTES = 336;

  private static final int NT_PRSTATUS = 1;
  private static final int NT_FPREGSET = 2;
  private static final int NT_X86_XSTATE = 0x202;

  /** Of struct user_i387_struct: the part of the XSAVE area that FXSAVE writes. */
  private static final int FPREGS_BYTES = 512;

  /** Bytes of it behind the registers, which FXSAVE does not write (sw_reserved). */
  private static final int FPREGS_UNUSED_BYTES = 48;

  private static final int TIMES_BYTES = 4 * 2 * Long.BYTES;
  private static final int SIGNALS = 64;

  private final Task task;
  private final Map<Integer, CpuX86_64> cpus;
  private final Map<Integer, Long> pending = new HashMap<>();

  private ThreadNotes(ImageState state) throws CorruptImageException {
    task = state.task();
    cpus =
        state.all(CpuX86_64.class).stream()
            .collect(Collectors.toMap(CpuX86_64::tid, Function.identity(), (one, other) -> one));
    state.all(Sigpending.class).forEach(queue -> pending.put(queue.tid(), signals(queue)));
  }

  /** The signals of a queue, signal 1 in bit 0. */
  private static long signals(Sigpending queue) {
    long signals = 0;
    for (ByteString siginfo : queue.siginfos()) {
      // NB: of its si_signo the lowest byte is all.
      int signal = siginfo.byteAt(0);
      signals |= signal >= 1 && signal <= SIGNALS ? 1L << signal - 1 : 0;
    }
    return signals;
  }

  /**
   * Those of all threads, the leader's first.
   *
   * @param process the notes that stand behind the registers of the first one, as the kernel has
   *     them
   * @throws CorruptImageException if a thread has no registers
   */
  static List<CoreNote> of(ImageState state, List<CoreNote> process) throws CorruptImageException {
    ThreadNotes notes = new ThreadNotes(state);
    List<CoreNote> all = new ArrayList<>();
    for (ImageObject object : state.objects()) {
      if (object.record() instanceof TaskThread thread) {
        notes.add(thread, notes.cpu(thread.tid(), object.offset()), process, all);
      }
    }
    if (all.isEmpty()) {
      throw new CorruptImageException(
          state.objects().get(0).offset(), "THREAD", "at least one", "none");
    }
    return all;
  }

  private void add(TaskThread thread, CpuX86_64 cpu, List<CoreNote> process, List<CoreNote> all) {
    all.add(status(thread, cpu));
    if (all.size() == 1) {
      all.addAll(process);
    }
    all.add(fpregs(cpu));
    all.add(
        new CoreNote(
            CoreNote.LINUX,
            NT_X86_XSTATE,
            XsaveLayout.lenBytes(cpu),
            out -> out.bytes(XsaveLayout.known(cpu))));
  }

  private CpuX86_64 cpu(int tid, long offset) throws CorruptImageException {
    CpuX86_64 cpu = cpus.get(tid);
    if (cpu == null || cpu.xsave().length() < FPREGS_BYTES) {
      throw new CorruptImageException(
          offset,
          "THREAD",
          "registers of thread " + tid + " with at least 512 bytes of xsave",
          cpu == null ? "none" : cpu.xsave().length() + " bytes");
    }
    return cpu;
  }

  private CoreNote status(TaskThread thread, CpuX86_64 cpu) {
    int signal = task.stopSignal();
    return new CoreNote(
        CoreNote.CORE,
        NT_PRSTATUS,
        PRSTATUS_BYTES,
        out -> {
          out.u32(signal).u32(0).u32(0).u16(signal).u16(0);
          out.u64(pending.getOrDefault(thread.tid(), 0L)).u64(thread.sigmask());
          out.u32(thread.tid()).u32(task.ppid()).u32(task.pgid()).u32(task.sid());
          out.zeros(TIMES_BYTES);
          for (long reg : cpu.regs()) {
            out.u64(reg);
          }
          out.u32(1).u32(0);
        });
  }

  private static CoreNote fpregs(CpuX86_64 cpu) {
    return new CoreNote(
        CoreNote.CORE,
        NT_FPREGSET,
        FPREGS_BYTES,
        out ->
            out.bytes(cpu.xsave().substring(0, FPREGS_BYTES - FPREGS_UNUSED_BYTES))
                .zeros(FPREGS_UNUSED_BYTES));
  }
}
