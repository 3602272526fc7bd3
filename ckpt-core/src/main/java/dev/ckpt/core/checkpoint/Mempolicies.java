package dev.ckpt.core.checkpoint;

import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.Mempolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * NUMA memory policies, as the task itself tells of them (get_mempolicy(2)).
 *
 * <p>NB: numa_maps shows them too, but to do so the kernel walks every page of the task.
 *
 * <p>NB: the home node of a policy (set_mempolicy_home_node(2)) is told by nobody. A policy of
 * shared memory belongs to the object; another process that has set one for a part of it has not
 * split our mapping, of which only the beginning is seen.
 */
public final class Mempolicies {
  private static final int MPOL_F_ADDR = 2;

  /** An answer is the mode, and the mask of nodes behind it. */
  private static final int NODES_AT = Long.BYTES;

  /** The kernel counts one less. */
  private static final int MAX_NODE = Limits.MAX_NODE_MASK_BYTES * Byte.SIZE + 1;

  /** All that is asked, of a thread or of a mapping. */
  static final List<RemoteCall> QUESTIONS =
      List.of(RemoteCall.question("get_mempolicy", SyscallNumbers.GET_MEMPOLICY));

  private Mempolicies() {}

  /** Asks the thread that makes the calls for its own; where the answer will stand. */
  static Batch.Data askThread(Batch batch) {
    Batch.Data answer = batch.space(NODES_AT + Limits.MAX_NODE_MASK_BYTES);
    // A kernel without NUMA says ENOSYS, and leaves MPOL_DEFAULT where we read.
    ask(batch, answer, 0, 0);
    return answer;
  }

  /** That of a thread that was asked; nothing if it is the usual one. */
  static List<Mempolicy> ofThread(Batch batch, Batch.Data answer, int tid) {
    return batch.getInt(answer, 0) == 0 ? List.of() : List.of(policy(batch, answer, tid, 0));
  }

  /**
   * Those of mappings, by the addresses where they start.
   *
   * <p>First all of them are asked for the mode alone: hardly any has a policy.
   */
  public static List<Mempolicy> ofMappings(RemoteSyscalls calls, List<Long> starts)
      throws CkptException {
    List<Mempolicy> policies = new ArrayList<>();
    for (int done = 0; done < starts.size(); ) {
      Batch batch = calls.batch();
      List<Batch.Data> modes = new ArrayList<>();
      for (int i = done; i < starts.size() && batch.hasRoom(1, Long.BYTES); i++) {
        Batch.Data mode = batch.space(Long.BYTES);
        batch.tryCall(
            "get_mempolicy", SyscallNumbers.GET_MEMPOLICY, mode, 0, 0, starts.get(i), MPOL_F_ADDR);
        modes.add(mode);
      }
      calls.run(batch);
      for (Batch.Data mode : modes) {
        long start = starts.get(done++);
        if (batch.getInt(mode, 0) != 0) {
          policies.add(ofMapping(calls, start));
        }
      }
    }
    return policies;
  }

  private static Mempolicy ofMapping(RemoteSyscalls calls, long start) throws CkptException {
    Batch batch = calls.batch();
    Batch.Data answer = batch.space(NODES_AT + Limits.MAX_NODE_MASK_BYTES);
    ask(batch, answer, start, MPOL_F_ADDR);
    calls.run(batch);
    return policy(batch, answer, 0, start);
  }

  private static void ask(Batch batch, Batch.Data answer, long address, int flags) {
    batch.tryCall(
        "get_mempolicy",
        SyscallNumbers.GET_MEMPOLICY,
        answer,
        answer.address() + NODES_AT,
        MAX_NODE,
        address,
        flags);
  }

  private static Mempolicy policy(Batch batch, Batch.Data answer, int tid, long start) {
    byte[] all = batch.bytes(answer);
    byte[] nodes = Arrays.copyOfRange(all, NODES_AT, all.length);
    // Without the zeros at its end.
    ByteString mask = ByteString.of(BitSet.valueOf(nodes).toByteArray());
    return new Mempolicy(tid, start, batch.getInt(answer, 0), mask);
  }
}
