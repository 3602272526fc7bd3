package dev.ckpt.convert.criu;

import dev.ckpt.convert.BadInputException;
import dev.ckpt.convert.InputFolder;
import dev.ckpt.convert.Losses;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.Loginuid;
import dev.ckpt.format.record.Rlimits;
import dev.ckpt.format.record.Sched;
import dev.ckpt.format.record.Seccomp;
import dev.ckpt.format.record.SeccompFilter;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.TaskThread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Makes an image of a folder that CRIU has written. */
final class CriuReader {
  private static final int SIGCHLD = 17;
  private static final int SIGSTOP = 19;
  private static final int SECCOMP_MODE_STRICT = 1;
  private static final UUID NO_BOOT = new UUID(0, 0);

  private final InputFolder input;
  private final Losses losses;

  CriuReader(InputFolder input, Losses losses) {
    this.input = input;
    this.losses = losses;
  }

  /** Writes and finishes it. */
  void write(ImageWriter image) throws IOException {
    try {
      CriuFolder folder = CriuFolder.read(input);
      requireTask(folder);
      noteLosses(folder);
      losses.requireAllowed("an image");
      long realtime = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
      DumpClocks clocks =
          DumpClocks.of(folder.clocks().orElse(Criu.Timens.getDefaultInstance()), realtime);
      writeTask(folder, clocks, image);
      writeThreads(folder, image);
      writeSignals(folder, image);
      MemoryRecords memory = new MemoryRecords(folder, image);
      if (memory.files().isGhostFolder(folder.fs().getCwdId())) {
        memory.files().named(folder.fs().getCwdId());
      }
      memory.writeState();
      new OpenFileRecords(folder, memory.files(), clocks, image).write();
      memory.writePages();
      image.finish();
    } catch (IllegalArgumentException | IllegalStateException e) {
      // What a record or the order of them does not allow; where that is nobody knows any more.
      throw BadInputException.of(new BadInputException.Place(input.name(), 0, "", "record"), e);
    }
  }

  private void requireTask(CriuFolder folder) throws CkptException {
    Criu.Core leader = folder.leader();
    int state = leader.getTc().getTaskState();
    if (state != CoreFiles.TASK_ALIVE && state != CoreFiles.TASK_STOPPED) {
      throw new CkptException(
          FailureCode.CONVERT_LOSS,
          "pid " + folder.tree().getPid() + " is dead, and no image is of a dead process");
    }
    for (Map.Entry<Integer, Criu.Core> core : folder.cores().entrySet()) {
      boolean native64 =
          core.getValue().getMtype() == CoreFiles.X86_64
              && Regs.isNative(core.getValue().getThreadInfo().getGpregs());
      if (!native64) {
        throw new CkptException(
            FailureCode.CONVERT_LOSS,
            "thread "
                + core.getKey()
                + " is no program of 64 bits for x86-64 (machine "
                + core.getValue().getMtype()
                + ")");
      }
    }
    if (leader.getTc().getSigactionsCount() != Signals.NR_ACTIONS) {
      throw BadInputException.of(
          new BadInputException.Place(input.name(), 0, "", "sigactions"),
          Integer.toString(Signals.NR_ACTIONS),
          Integer.toString(leader.getTc().getSigactionsCount()));
    }
  }

  private void noteLosses(CriuFolder folder) throws IOException {
    for (Map.Entry<Integer, Criu.Core> core : folder.cores().entrySet()) {
      Criu.ThreadCore thread = core.getValue().getThreadCore();
      String of = "of thread " + core.getKey();
      if (core.getValue().getThreadInfo().getFpregs().getXsave().getCet().getCet() != 0) {
        losses.add("cet", "shadow stack " + of);
      }
      if (thread.getRseq().getCsPointer() != 0) {
        losses.add("rseq_cs_pointer", of);
      }
      if (thread.getSeccompMode() == SECCOMP_MODE_STRICT) {
        losses.add("seccomp_mode strict", of);
      }
      if ((thread.getSchedPolicy() & ~CoreFiles.SCHED_RESET_ON_FORK) == CoreFiles.SCHED_DEADLINE) {
        losses.add("sched_policy SCHED_DEADLINE", of);
      }
      if (!thread.getCreds().getLsmProfile().isEmpty()) {
        losses.add("lsm_profile", thread.getCreds().getLsmProfile().toStringUtf8());
      }
    }
    for (Criu.Vma vma : folder.mm().getVmasList()) {
      VmaRecords.unknown(vma)
          .ifPresent(what -> losses.add(what, "mapping at " + Long.toHexString(vma.getStart())));
    }
    if (folder.mm().getAiosCount() > 0) {
      losses.add("aios", "rings of io_setup(2)");
    }
    OpenFileRecords.noteLosses(folder, losses);
  }

  private void writeTask(CriuFolder folder, DumpClocks clocks, ImageWriter image)
      throws IOException {
    Criu.TaskCore core = folder.leader().getTc();
    image.write(
        new Header(
            Header.EM_X86_64,
            Limits.PAGE_SIZE,
            ByteString.of("unknown"),
            NO_BOOT,
            clocks.monotonic(),
            clocks.boottime(),
            clocks.realtime(),
            UUID.randomUUID(),
            Header.NO_PARENT,
            ByteString.of("ckpt convert, of CRIU"),
            ByteString.EMPTY));
    image.write(task(folder, core));
    List<Rlimits.Rlimit> limits = new ArrayList<>();
    core.getRlimits()
        .getRlimitsList()
        .forEach(limit -> limits.add(new Rlimits.Rlimit(limit.getCur(), limit.getMax())));
    image.write(new Rlimits(limits));
    if (core.hasLoginuid()) {
      image.write(new Loginuid(core.getLoginuid()));
    }
  }

  private Task task(CriuFolder folder, Criu.TaskCore core) throws CkptException {
    Criu.Pstree tree = folder.tree();
    int flags = tree.getSid() == tree.getPid() ? Task.SESSION_LEADER : 0;
    flags |= tree.getPgid() == tree.getPid() ? Task.GROUP_LEADER : 0;
    flags |= core.getChildSubreaper() ? Task.CHILD_SUBREAPER : 0;
    flags |= folder.mm().getThpDisabled() ? Task.THP_DISABLED : 0;
    int stopped = core.hasStopSigno() ? core.getStopSigno() : SIGSTOP;
    return new Task(
        tree.getPid(),
        tree.getPpid(),
        tree.getPgid(),
        tree.getSid(),
        Protos.bytes(core.getComm()),
        Personality.toCkpt(core.getPersonality()),
        folder.fs().getUmask(),
        SIGCHLD,
        core.getOomScoreAdj(),
        0,
        ByteString.EMPTY,
        path(folder, folder.fs().getCwdId()),
        path(folder, folder.fs().getRootId()),
        folder.mm().hasDumpable() ? folder.mm().getDumpable() : 1,
        flags,
        0,
        0,
        core.getMembarrier(),
        0,
        core.getTaskState() == CoreFiles.TASK_STOPPED ? stopped : 0);
  }

  private ByteString path(CriuFolder folder, int id) throws CkptException {
    Criu.File file = folder.filesById().get(id);
    if (file == null || !file.hasReg()) {
      throw BadInputException.of(
          new BadInputException.Place(input.name() + "/" + ImgKind.FILES.file(), 0, "", "fs"),
          "a folder as file " + id,
          file == null ? "none" : "another file");
    }
    return Protos.bytes(file.getReg().getName());
  }

  private void writeThreads(CriuFolder folder, ImageWriter image) throws IOException {
    Map<SeccompFilter, Integer> filters = new HashMap<>();
    for (Map.Entry<Integer, Criu.Core> each : folder.cores().entrySet()) {
      int tid = each.getKey();
      Criu.Core core = each.getValue();
      Criu.ThreadCore thread = core.getThreadCore();
      image.write(thread(tid, core, folder));
      Criu.FpregsX86 fpregs = core.getThreadInfo().getFpregs();
      CpuX86_64 cpu =
          Regs.toCkpt(
              tid,
              core.getThreadInfo().getGpregs(),
              folder.leader().getTc().getTaskState() == CoreFiles.TASK_STOPPED,
              Fpregs.toCkpt(fpregs),
              Fpregs.xfeatures(fpregs));
      image.write(cpu);
      image.write(sched(tid, thread));
      image.write(Credentials.toCkpt(tid, thread.getCreds()));
      if (thread.getSeccompMode() == CoreFiles.SECCOMP_MODE_FILTER) {
        int oldest = thread.getSeccompFilter();
        image.write(new Seccomp(tid, Filters.write(oldest, folder.filters(), filters, image)));
      }
    }
  }

  private static TaskThread thread(int tid, Criu.Core core, CriuFolder folder) {
    Criu.ThreadCore thread = core.getThreadCore();
    Criu.TaskCore task = folder.leader().getTc();
    return new TaskThread(
        tid,
        Protos.bytes(thread.hasComm() ? thread.getComm() : task.getComm()),
        thread.hasBlkSigset() ? thread.getBlkSigset() : task.getBlkSigset(),
        thread.getFutexRla(),
        Integer.toUnsignedLong(thread.getFutexRlaLen()),
        core.getThreadInfo().getClearTidAddr(),
        thread.getRseq().getAbiPointer(),
        thread.getRseq().getAbiSize(),
        thread.getRseq().getSignature(),
        thread.getSas().getSsSp(),
        thread.getSas().getSsFlags(),
        thread.getSas().getSsSize(),
        0,
        thread.getPdeathSig(),
        0);
  }

  private static Sched sched(int tid, Criu.ThreadCore thread) {
    int policy = thread.getSchedPolicy();
    return new Sched(
        tid,
        policy & ~CoreFiles.SCHED_RESET_ON_FORK,
        thread.getSchedNice(),
        thread.getSchedPrio(),
        (policy & CoreFiles.SCHED_RESET_ON_FORK) != 0 ? CoreFiles.SCHED_FLAG_RESET_ON_FORK : 0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        ByteString.EMPTY);
  }

  private static void writeSignals(CriuFolder folder, ImageWriter image) throws IOException {
    Criu.TaskCore core = folder.leader().getTc();
    image.write(Signals.toCkpt(core.getSigactionsList()));
    if (core.getSignalsS().getSignalsCount() > 0) {
      image.write(Signals.toCkpt(0, core.getSignalsS()));
    }
    for (Map.Entry<Integer, Criu.Core> each : folder.cores().entrySet()) {
      Criu.SignalQueue queue = each.getValue().getThreadCore().getSignalsP();
      if (queue.getSignalsCount() > 0) {
        image.write(Signals.toCkpt(each.getKey(), queue));
      }
    }
    image.write(TaskTimers.toCkpt(core.getTimers()));
    for (Criu.PosixTimer timer : core.getTimers().getPosixList()) {
      image.write(TaskTimers.toCkpt(timer));
    }
  }
}
