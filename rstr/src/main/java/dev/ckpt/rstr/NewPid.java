package dev.ckpt.rstr;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.InotifyWatch;
import dev.ckpt.format.record.TaskThread;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.OptionalInt;

/**
 * A task that comes back under another pid. Its C library has noted the number of its one thread,
 * where the kernel clears it when the thread ends (set_tid_address(2)): there the new one is put,
 * and nowhere else. What the program itself has noted stays what it was.
 */
final class NewPid {
  private static final String REMEDY =
      "restore it without --new-pid, when its pid is free, or with --pid-namespace";

  /** struct robust_list_head: list.next, futex_offset, list_op_pending ({@code linux/futex.h}). */
  private static final int ROBUST_HEAD_BYTES = 24;

  private static final int LIST_OP_PENDING = 16;

  private NewPid() {}

  /** Refuses a task that could not do without its number, as far as it can be told beforehand. */
  static void check(Checks checks) throws CkptException {
    ImageState state = checks.state();
    if (state.threads().size() > 1) {
      refuse(checks, "it has " + state.threads().size() + " threads, which know each other's tids");
      return;
    }
    TaskThread thread = state.threads().get(0);
    boolean ordinary =
        state.vmas().stream().anyMatch(vma -> isPrivate(vma) && contains(vma, thread.tidAddress()));
    if (!ordinary) {
      refuse(checks, "it is not known where it has noted its tid (set_tid_address)");
    }
    for (FileRef file : state.shared(FileRef.class).values()) {
      checkPath(checks, file.path());
    }
    for (InotifyWatch watch : state.all(InotifyWatch.class)) {
      checkPath(checks, watch.path());
    }
    checkPath(checks, state.task().cwd());
    checks.note(
        "pid: it was "
            + state.task().pid()
            + "; what the program has noted of that is not changed");
  }

  private static void checkPath(Checks checks, ByteString path) throws CkptException {
    if (PidNamespace.ownerOf(path).equals(OptionalInt.of(checks.state().task().pid()))) {
      refuse(checks, "it has " + path + ", which is called by its pid");
    }
  }

  private static void refuse(Checks checks, String why) {
    checks.refuse(RefusalCode.NEW_PID, why, REMEDY);
  }

  private static boolean isPrivate(Vma vma) {
    return !vma.has(VmFlag.SH) && vma.has(VmFlag.WR);
  }

  private static boolean contains(Vma vma, long address) {
    return Long.compareUnsigned(vma.start(), address) <= 0
        && Long.compareUnsigned(address, vma.end() - Integer.BYTES) <= 0;
  }

  /** Puts the new number in the place of the old one; the memory is there. */
  static void restore(RstrContext context) throws CkptException {
    if (context.options().pids() != PidPolicy.NEW) {
      return;
    }
    TaskThread thread = context.state().threads().get(0);
    int noted = read(context, thread.tidAddress(), Integer.BYTES).getInt(0);
    if (noted != thread.tid()) {
      throw refusal("it is not known where it has noted its tid: not where the kernel clears it");
    }
    long head = thread.robustListHead();
    if (head != 0) {
      ByteBuffer list = read(context, head, ROBUST_HEAD_BYTES);
      if (list.getLong(0) != head || list.getLong(LIST_OP_PENDING) != 0) {
        throw refusal("it holds a robust mutex, in which its tid is");
      }
    }
    byte[] tid =
        ByteBuffer.allocate(Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(context.ids().own(thread.tid()))
            .array();
    context.memory().writeForced(thread.tidAddress(), tid);
  }

  private static ByteBuffer read(RstrContext context, long address, int lenBytes)
      throws CkptException {
    byte[] bytes = context.memory().readForced(address, lenBytes);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static UnsupportedStateException refusal(String why) {
    return new UnsupportedStateException(List.of(new Refusal(RefusalCode.NEW_PID, why, REMEDY)));
  }
}
