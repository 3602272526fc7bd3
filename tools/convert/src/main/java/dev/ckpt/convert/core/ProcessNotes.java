package dev.ckpt.convert.core;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.Cred;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.Sched;
import dev.ckpt.format.record.Sigpending;
import dev.ckpt.format.record.Task;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The notes about the process as a whole: struct elf_prpsinfo, siginfo_t and the auxiliary vector.
 *
 * <p>Source: linux/elfcore.h, core(5).
 */
final class ProcessNotes {
  /** Of struct elf_prpsinfo on x86-64. */
  static final int PRPSINFO_BYTES = 136;

  private static final int NT_PRPSINFO = 3;
  private static final int NT_AUXV = 6;
  private static final int NT_SIGINFO = 0x53494749;
  private static final int FNAME_BYTES = 16;
  private static final int PSARGS_BYTES = 80;

  /** The state T among the letters RSDTZW. */
  private static final int STOPPED = 3;

  private ProcessNotes() {}

  /** All of them. */
  static List<CoreNote> of(ImageState state, CoreMemory memory, List<CoreMapping> mappings)
      throws IOException {
    Mm mm = state.mm();
    ByteString words = commandLine(mm, memory, mappings);
    return List.of(
        psinfo(state, words),
        new CoreNote(
            CoreNote.CORE, NT_SIGINFO, Sigpending.SIGINFO_BYTES, out -> putSiginfo(state, out)),
        new CoreNote(CoreNote.CORE, NT_AUXV, mm.auxv().length(), out -> out.bytes(mm.auxv())));
  }

  private static CoreNote psinfo(ImageState state, ByteString words) throws CorruptImageException {
    Task task = state.task();
    Cred cred = state.ofThread(task.pid(), Cred.class, Cred::tid);
    Sched sched = state.ofThread(task.pid(), Sched.class, Sched::tid);
    boolean stopped = task.stopSignal() != 0;
    return new CoreNote(
        CoreNote.CORE,
        NT_PRPSINFO,
        PRPSINFO_BYTES,
        out ->
            out.u8(stopped ? STOPPED : 0)
                .u8(stopped ? 'T' : 'R')
                .u8(0)
                .u8(sched.nice())
                .u32(0)
                .u64(0)
                .u32(cred.uid())
                .u32(cred.gid())
                .u32(task.pid())
                .u32(task.ppid())
                .u32(task.pgid())
                .u32(task.sid())
                .text(cut(task.comm(), FNAME_BYTES - 1), FNAME_BYTES)
                .text(words, PSARGS_BYTES));
  }

  private static ByteString cut(ByteString text, int lenBytes) {
    return text.substring(0, Math.min(text.length(), lenBytes));
  }

  /** No signal has ended it: all zero, but of a task that was stopped by one. */
  private static void putSiginfo(ImageState state, CoreStream out) throws IOException {
    out.u32(state.task().stopSignal()).zeros(Sigpending.SIGINFO_BYTES - Integer.BYTES);
  }

  /** The words that it was started with, a space between them; as many as there is room for. */
  private static ByteString commandLine(Mm mm, CoreMemory memory, List<CoreMapping> mappings)
      throws IOException {
    long start = mm.argStart();
    int len = (int) Math.max(0, Math.min(mm.argEnd() - start, PSARGS_BYTES - 1));
    byte[] words = new byte[len];
    ByteBuffer page = ByteBuffer.allocateDirect(Limits.PAGE_SIZE);
    for (CoreMapping mapping : mappings) {
      long from = Math.max(start, mapping.vma().start());
      long to = Math.min(start + len, mapping.vma().end());
      while (mapping.isPrivate() && from < to) {
        long first = from & -Limits.PAGE_SIZE;
        CoreMemory.Span span = memory.read(mapping, first, first + Limits.PAGE_SIZE, page);
        int n = (int) (Math.min(to, span.end()) - from);
        if (span.kind() == CoreMemory.Kind.DATA) {
          page.get((int) (from - first), words, (int) (from - start), n);
        }
        from += n;
      }
    }
    for (int i = 0; i < len; i++) {
      words[i] = words[i] == 0 ? (byte) ' ' : words[i];
    }
    return ByteString.of(words);
  }
}
