package dev.ckpt.core.checkpoint;

import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.Pkeys;
import java.util.ArrayList;
import java.util.List;

/**
 * Which protection keys are allocated (pkeys(7)). Which mapping has one is seen in smaps, and what
 * a thread may do by it stands in its registers.
 *
 * <p>NB: the kernel's own key for memory that may only be executed counts as not allocated to all
 * calls. It is known by the mappings that have it; without one it is not seen, and the kernel takes
 * another when it needs one again.
 */
final class ProtectionKeys {
  /** No mapping can lie here: it is above all user space. */
  private static final long NOWHERE = -0x2000;

  private static final int PAGE = 0x1000;

  /** All that is asked of the process. */
  static final List<RemoteCall> QUESTIONS =
      List.of(RemoteCall.question("pkey_mprotect", SyscallNumbers.PKEY_MPROTECT, NOWHERE, PAGE, 0));

  private ProtectionKeys() {}

  /**
   * Asks for each key: pkey_mprotect(2) looks first whether the key is allocated (else EINVAL), and
   * then for the mapping, of which there is none (ENOMEM).
   *
   * <p>Source: do_mprotect_pkey() in {@code mm/mprotect.c}.
   */
  static int ask(RemoteSyscalls calls) throws CkptException {
    Batch batch = calls.batch();
    List<Batch.Result> answers = new ArrayList<>();
    for (int pkey = 1; pkey < Pkeys.NR_PKEYS; pkey++) {
      answers.add(
          batch.tryCall("pkey_mprotect", SyscallNumbers.PKEY_MPROTECT, NOWHERE, PAGE, 0, pkey));
    }
    calls.run(batch);
    int allocated = 0;
    for (int pkey = 1; pkey < Pkeys.NR_PKEYS; pkey++) {
      allocated |= batch.result(answers.get(pkey - 1)) == -Errno.ENOMEM ? 1 << pkey : 0;
    }
    return allocated;
  }

  /** Adds the record, if there is any key. */
  static void save(CkptContext context, RemoteQueries answers) {
    if (answers.pkeys() != 0) {
      context.add(new Pkeys(answers.pkeys()));
    }
  }
}
