package dev.ckpt.core.checkpoint;

import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.core.tracee.Tracee;
import dev.ckpt.core.tracee.x86_64.Xstate;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.RefusalCode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Settings of a thread that hardly anybody changes; changed ones are refused, not lost. */
final class RareSettings {
  private static final int PR_SCHED_CORE = 62;
  private static final int PR_SCHED_CORE_GET = 0;
  private static final int ARCH_GET_CPUID = 0x1011;
  private static final int ARCH_GET_XCOMP_PERM = 0x1022;
  private static final int ARCH_GET_UNTAG_MASK = 0x4001;
  private static final int KEYCTL_GET_KEYRING_ID = 0;
  private static final int KEY_SPEC_THREAD_KEYRING = -1;
  private static final int KEY_SPEC_PROCESS_KEYRING = -2;
  private static final String WHY = "this version cannot save it";

  /** All that is asked of a thread. */
  static final List<RemoteCall> QUESTIONS =
      List.of(
          RemoteCall.question(
              "prctl(PR_SCHED_CORE)", SyscallNumbers.PRCTL, PR_SCHED_CORE, PR_SCHED_CORE_GET),
          RemoteCall.question(
              "arch_prctl(ARCH_GET_CPUID)", SyscallNumbers.ARCH_PRCTL, ARCH_GET_CPUID),
          RemoteCall.question(
              "arch_prctl(ARCH_GET_XCOMP_PERM)", SyscallNumbers.ARCH_PRCTL, ARCH_GET_XCOMP_PERM),
          RemoteCall.question(
              "arch_prctl(ARCH_GET_UNTAG_MASK)", SyscallNumbers.ARCH_PRCTL, ARCH_GET_UNTAG_MASK),
          RemoteCall.question("modify_ldt", SyscallNumbers.MODIFY_LDT, 0),
          RemoteCall.question(
              "keyctl(KEYCTL_GET_KEYRING_ID)", SyscallNumbers.KEYCTL, KEYCTL_GET_KEYRING_ID));

  private final Refusals refusals;
  private final String thread;
  private final List<Runnable> judgements = new ArrayList<>();

  private RareSettings(Refusals refusals, String thread) {
    this.refusals = refusals;
    this.thread = thread;
  }

  /** Refuses what ptrace(2) tells of a stopped thread. */
  static void refuse(Tracee tracee, Refusals refusals) throws CkptException {
    RareSettings settings = new RareSettings(refusals, "thread " + tracee.tid());
    settings.addIf(
        tracee.hasTlsDescriptors(), RefusalCode.SEGMENTS, "has TLS descriptors of its own");
    settings.addIf(tracee.hasIoPermissions(), RefusalCode.IO_PERMISSIONS, "may use I/O ports");
    settings.addIf(
        tracee.hasBreakpoints(),
        RefusalCode.DEBUG_REGISTERS,
        "has breakpoints in its debug registers, left by a debugger");
  }

  /** Asks a thread, and refuses what it tells. */
  static void ask(RemoteSyscalls calls, Refusals refusals, int tid) throws CkptException {
    RareSettings settings = new RareSettings(refusals, "thread " + tid);
    Batch batch = calls.batch();
    settings.askCookie(batch);
    settings.askProcessor(batch);
    settings.askKeyrings(batch);
    calls.run(batch);
    settings.judgements.forEach(Runnable::run);
  }

  private void askCookie(Batch batch) {
    Batch.Data cookie = batch.space(Long.BYTES);
    batch.tryCall("prctl", SyscallNumbers.PRCTL, PR_SCHED_CORE, PR_SCHED_CORE_GET, 0, 0, cookie);
    later(
        () -> batch.getLong(cookie, 0) != 0,
        RefusalCode.SCHED_CORE,
        "has a core scheduling cookie");
  }

  private void askProcessor(Batch batch) {
    Batch.Data mask = batch.space(Long.BYTES);
    Batch.Data features = batch.space(Long.BYTES);
    Batch.Data descriptor = batch.space(Long.BYTES);
    Batch.Result cpuid = batch.tryCall("arch_prctl", SyscallNumbers.ARCH_PRCTL, ARCH_GET_CPUID);
    Batch.Result tags =
        batch.tryCall("arch_prctl", SyscallNumbers.ARCH_PRCTL, ARCH_GET_UNTAG_MASK, mask);
    // NB: what ptrace shows has room for tiles on every CPU that has them, asked for or not.
    Batch.Result permission =
        batch.tryCall("arch_prctl", SyscallNumbers.ARCH_PRCTL, ARCH_GET_XCOMP_PERM, features);
    Batch.Result ldt =
        batch.tryCall("modify_ldt", SyscallNumbers.MODIFY_LDT, 0, descriptor, Long.BYTES);
    later(() -> batch.result(cpuid) == 0, RefusalCode.CPUID_FAULTING, "may not execute CPUID");
    later(
        () -> batch.result(tags) == 0 && batch.getLong(mask, 0) != -1,
        RefusalCode.LAM,
        "has tags in its addresses (LAM)");
    later(
        () -> batch.result(permission) == 0 && (batch.getLong(features, 0) & Xstate.AMX_TILES) != 0,
        RefusalCode.AMX,
        "may use AMX tiles");
    later(() -> batch.result(ldt) > 0, RefusalCode.LDT, "has a local descriptor table");
  }

  private void askKeyrings(Batch batch) {
    for (int which : new int[] {KEY_SPEC_THREAD_KEYRING, KEY_SPEC_PROCESS_KEYRING}) {
      // The last argument: none is made.
      Batch.Result id =
          batch.tryCall("keyctl", SyscallNumbers.KEYCTL, KEYCTL_GET_KEYRING_ID, which, 0);
      later(
          () -> batch.result(id) != -Errno.ENOKEY && batch.result(id) != -Errno.ENOSYS,
          RefusalCode.KEYRING,
          "has a thread or process keyring");
    }
  }

  private void later(BooleanSupplier condition, Code code, String what) {
    judgements.add(() -> addIf(condition.getAsBoolean(), code, what));
  }

  private void addIf(boolean condition, Code code, String what) {
    refusals.addIf(condition, code, thread + " " + what, WHY);
  }
}
