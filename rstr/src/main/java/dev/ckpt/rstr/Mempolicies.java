package dev.ckpt.rstr;

import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.CpuList;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.Mempolicy;
import dev.ckpt.format.record.Vma;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** Gives threads and mappings their NUMA memory policies again. */
final class Mempolicies {
  private static final int MPOL_DEFAULT = 0;

  /** The kernel counts one less. */
  private static final int MAX_NODE = Limits.MAX_NODE_MASK_BYTES * Byte.SIZE + 1;

  private final BatchRunner run;
  private final Map<Long, Mempolicy> ofMappings = new HashMap<>();

  Mempolicies(RstrContext context, BatchRunner run) {
    this.run = run;
    for (Mempolicy policy : context.state().all(Mempolicy.class)) {
      if (policy.tid() == 0) {
        ofMappings.put(policy.start(), policy);
      }
    }
  }

  /** Refuses nodes that this machine does not have, or that are not for us. */
  static void check(Checks checks) throws CkptException {
    ImageState state = checks.state();
    BitSet missing = new BitSet();
    for (Mempolicy policy : state.all(Mempolicy.class)) {
      if ((policy.mode() & Mempolicy.MPOL_F_RELATIVE_NODES) == 0) {
        missing.or(BitSet.valueOf(policy.nodes().toByteArray()));
      }
    }
    if (!missing.isEmpty()) {
      missing.andNot(ourNodes());
    }
    if (!missing.isEmpty()) {
      checks.refuse(
          RefusalCode.NUMA_NODES,
          "its memory comes from NUMA nodes " + new CpuList(missing) + ", which are not here",
          "restore it where it may use them");
    }
  }

  private static BitSet ourNodes() throws CkptException {
    String list = ProcFs.of(Tasks.self()).status().memsAllowedList().orElse("");
    return CpuList.parse(list.getBytes(StandardCharsets.US_ASCII)).cpus();
  }

  /** Sets that of a mapping, if it had one, before there is any page in it. */
  void restore(Vma vma) throws CkptException {
    Mempolicy policy = ofMappings.get(vma.start());
    if (policy != null) {
      Batch batch = run.room(1, Limits.MAX_NODE_MASK_BYTES);
      batch.call(
          "mbind",
          SyscallNumbers.MBIND,
          vma.start(),
          vma.lenBytes(),
          policy.mode(),
          mask(batch, policy),
          MAX_NODE,
          0);
    }
  }

  /**
   * Sets that of the thread which makes the calls; without one the usual, which may not be ours.
   */
  static void restoreOwn(RstrContext context, BatchRunner run, int tid) throws CkptException {
    // A kernel without NUMA has no such call, nor any other policy.
    run.room(1, 0).tryCall("set_mempolicy", SyscallNumbers.SET_MEMPOLICY, MPOL_DEFAULT, 0, 0);
    for (Mempolicy policy : context.state().all(Mempolicy.class)) {
      if (policy.tid() == tid) {
        Batch batch = run.room(1, Limits.MAX_NODE_MASK_BYTES);
        batch.call(
            "set_mempolicy",
            SyscallNumbers.SET_MEMPOLICY,
            policy.mode(),
            mask(batch, policy),
            MAX_NODE);
      }
    }
  }

  private static Object mask(Batch batch, Mempolicy policy) {
    byte[] nodes = policy.nodes().toByteArray();
    // MPOL_LOCAL takes no nodes, not even none.
    return nodes.length == 0 ? 0 : batch.data(Arrays.copyOf(nodes, Limits.MAX_NODE_MASK_BYTES));
  }
}
