package dev.ckpt.rstr;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.CredIds;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.Status;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.Cred;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Rebuilds user and group ids, groups, capabilities, securebits and no_new_privs of one thread.
 *
 * <p>Each step needs rights that a later one takes away, so the order is all (capabilities(7)):
 * inheritable set while the bounding set is whole, bounding set, ids with the permitted set kept,
 * ambient set, securebits, and then the rights themselves.
 */
final class Creds {
  private static final int LINUX_CAPABILITY_VERSION_3 = 0x20080522;
  private static final int CAP_HEADER_BYTES = 8;
  private static final int CAP_DATA_BYTES = 24;
  private static final int CAP_SETPCAP = 8;
  private static final int PR_SET_KEEPCAPS = 8;
  private static final int PR_CAPBSET_DROP = 24;
  private static final int PR_GET_SECUREBITS = 27;
  private static final int PR_SET_SECUREBITS = 28;
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final int PR_CAP_AMBIENT = 47;
  private static final int PR_CAP_AMBIENT_RAISE = 2;
  private static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
  private static final int SECBIT_KEEP_CAPS = 1 << 4;

  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

  private final RstrContext context;
  private final BatchRunner run;
  private final Cred cred;
  private final Status before;

  private Creds(RstrContext context, BatchRunner run, Cred cred, Status before) {
    this.context = context;
    this.run = run;
    this.cred = cred;
    this.before = before;
  }

  /** What of a thread's credentials we could not give it, as far as can be told beforehand. */
  static Optional<String> obstacle(Status ours, Cred cred) {
    boolean setpcap = has(ours.capEff(), CAP_SETPCAP);
    long inheritable = ours.capInh() | (setpcap ? ours.capBnd() : ours.capPrm());
    if ((cred.capBounding() & ~ours.capBnd()) != 0) {
      return Optional.of("has capabilities in its bounding set that ours lacks");
    }
    if ((cred.capPermitted() & ~ours.capPrm()) != 0) {
      return Optional.of("has capabilities that we lack");
    }
    if ((cred.capInheritable() & ~inheritable) != 0) {
      return Optional.of("may inherit capabilities that we may not");
    }
    if (cred.capBounding() != ours.capBnd() && !setpcap) {
      return Optional.of("has a smaller bounding set, which takes CAP_SETPCAP");
    }
    return ours.noNewPrivs() && !cred.noNewPrivs()
        ? Optional.of("may gain privileges by exec, and we may not (no_new_privs)")
        : Optional.empty();
  }

  private static boolean has(long capabilities, int capability) {
    return (capabilities >>> capability & 1) != 0;
  }

  /** Gives a thread its credentials; it makes the calls itself. */
  static void restore(RstrContext context, BatchRunner run, Cred cred) throws CkptException {
    int tid = context.ids().ours(cred.tid());
    Status before = ProcFs.of(context.leader().pid()).status(tid);
    Creds creds = new Creds(context, run, cred, before);
    try {
      creds.restoreInheritable();
      creds.restoreIds();
      creds.restoreAmbient();
      creds.restoreSecurebits();
      creds.restoreCapabilities();
    } catch (SyscallException e) {
      if (e.errno() != Errno.EPERM) {
        throw e;
      }
      throw differ(cred, e.getMessage());
    }
  }

  private static UnsupportedStateException differ(Cred cred, String why) {
    return new UnsupportedStateException(
        List.of(
            new Refusal(
                RefusalCode.CREDS_DIFFER,
                "thread " + cred.tid() + " cannot have its ids and capabilities back: " + why,
                "run ckpt with the rights that it was dumped with")));
  }

  /** What it may inherit, before the bounding set forbids it; then the bounding set. */
  private void restoreInheritable() throws CkptException {
    capset(before.capPrm(), before.capPrm(), cred.capInheritable());
    long drop = before.capBnd() & ~cred.capBounding();
    for (int capability = 0; capability < Long.SIZE; capability++) {
      if (has(drop, capability)) {
        run.call("prctl(PR_CAPBSET_DROP)", SyscallNumbers.PRCTL, PR_CAPBSET_DROP, capability);
      }
    }
    run.flush();
  }

  /** There may be more of them than a batch has room for: so from memory of their own. */
  private void setGroups() throws CkptException {
    List<Integer> groups = cred.groups();
    ByteBuffer list = ByteBuffer.allocate(groups.size() * Integer.BYTES);
    list.order(ByteOrder.LITTLE_ENDIAN);
    groups.forEach(list::putInt);
    RemoteMap memory = context.layout().take(Math.max(1, list.capacity()));
    run.call(
        "mmap",
        SyscallNumbers.MMAP,
        memory.address(),
        memory.lenBytes(),
        PROT_READ_WRITE,
        MAP_PRIVATE_ANONYMOUS | AddressSpace.MAP_FIXED_NOREPLACE,
        -1,
        0);
    run.flush();
    context.memory().writeForced(memory.address(), list.array());
    run.call("setgroups", SyscallNumbers.SETGROUPS, groups.size(), memory.address());
    run.call("munmap", SyscallNumbers.MUNMAP, memory.address(), memory.lenBytes());
  }

  /** Groups first, because the right to set them goes with the user id. */
  private void restoreIds() throws CkptException {
    if (!new TreeSet<>(before.groups()).equals(new TreeSet<>(cred.groups()))) {
      setGroups();
    }
    Batch batch = run.room(4, 0);
    batch.call("setresgid", SyscallNumbers.SETRESGID, cred.gid(), cred.egid(), cred.sgid());
    batch.tryCall("setfsgid", SyscallNumbers.SETFSGID, cred.fsgid());
    // May be locked; then it is found out below, if it matters.
    batch.tryCall("prctl(PR_SET_KEEPCAPS)", SyscallNumbers.PRCTL, PR_SET_KEEPCAPS, 1);
    batch.call("setresuid", SyscallNumbers.SETRESUID, cred.uid(), cred.euid(), cred.suid());
    // Leaving user 0 has emptied the effective set, and a fsuid of its own takes CAP_SETUID.
    capset(before.capPrm(), before.capPrm(), cred.capInheritable());
    run.room(1, 0).tryCall("setfsuid", SyscallNumbers.SETFSUID, cred.fsuid());
    // Leaving fsuid 0 takes some of the effective set again.
    capset(before.capPrm(), before.capPrm(), cred.capInheritable());
    run.flush();
  }

  /** Before securebits, which may forbid it. */
  private void restoreAmbient() throws CkptException {
    run.call(
        "prctl(PR_CAP_AMBIENT)", SyscallNumbers.PRCTL, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
    for (int capability = 0; capability < Long.SIZE; capability++) {
      if (has(cred.capAmbient(), capability)) {
        run.call(
            "prctl(PR_CAP_AMBIENT_RAISE)",
            SyscallNumbers.PRCTL,
            PR_CAP_AMBIENT,
            PR_CAP_AMBIENT_RAISE,
            capability);
      }
    }
    run.flush();
  }

  private void restoreSecurebits() throws CkptException {
    Batch batch = run.room(1, 0);
    Batch.Result securebits = batch.call("prctl", SyscallNumbers.PRCTL, PR_GET_SECUREBITS);
    run.flush();
    int now = (int) batch.result(securebits);
    if (now == cred.securebits()) {
      return;
    }
    if ((now & ~SECBIT_KEEP_CAPS) == (cred.securebits() & ~SECBIT_KEEP_CAPS)) {
      // This one bit is anybody's to set.
      int keep = (cred.securebits() & SECBIT_KEEP_CAPS) == 0 ? 0 : 1;
      run.call("prctl(PR_SET_KEEPCAPS)", SyscallNumbers.PRCTL, PR_SET_KEEPCAPS, keep);
    } else {
      run.call(
          "prctl(PR_SET_SECUREBITS)", SyscallNumbers.PRCTL, PR_SET_SECUREBITS, cred.securebits());
    }
    run.flush();
  }

  private void restoreCapabilities() throws CkptException {
    capset(cred.capEffective(), cred.capPermitted(), cred.capInheritable());
    if (cred.noNewPrivs()) {
      run.call("prctl(PR_SET_NO_NEW_PRIVS)", SyscallNumbers.PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    }
    run.flush();
  }

  private void capset(long effective, long permitted, long inheritable) throws CkptException {
    Batch batch = run.room(1, CAP_HEADER_BYTES + CAP_DATA_BYTES);
    Batch.Data header = batch.space(CAP_HEADER_BYTES);
    batch.putInt(header, 0, LINUX_CAPABILITY_VERSION_3);
    Batch.Data data = batch.space(CAP_DATA_BYTES);
    for (int half = 0; half < 2; half++) {
      int at = half * CAP_DATA_BYTES / 2;
      int shift = half * Integer.SIZE;
      batch.putInt(data, at, (int) (effective >>> shift));
      batch.putInt(data, at + 4, (int) (permitted >>> shift));
      batch.putInt(data, at + 8, (int) (inheritable >>> shift));
    }
    batch.call("capset", SyscallNumbers.CAPSET, header, data);
  }

  /** Makes sure that every thread has the ids and rights it had, no more and no less. */
  static void verify(RstrContext context) throws CkptException {
    for (Cred cred : context.state().all(Cred.class)) {
      int tid = context.ids().ours(cred.tid());
      Status now = ProcFs.of(context.leader().pid()).status(tid);
      boolean sameRights =
          now.capEff() == cred.capEffective()
              && now.capPrm() == cred.capPermitted()
              && now.capInh() == cred.capInheritable()
              && now.capBnd() == cred.capBounding()
              && now.capAmb() == cred.capAmbient()
              && now.noNewPrivs() == cred.noNewPrivs();
      boolean sameIds =
          now.uid().equals(new CredIds(cred.uid(), cred.euid(), cred.suid(), cred.fsuid()))
              && now.gid().equals(new CredIds(cred.gid(), cred.egid(), cred.sgid(), cred.fsgid()))
              && new TreeSet<>(now.groups()).equals(new TreeSet<>(cred.groups()));
      if (!sameRights || !sameIds) {
        throw differ(cred, sameIds ? "other capabilities came out" : "other ids came out");
      }
    }
  }
}
