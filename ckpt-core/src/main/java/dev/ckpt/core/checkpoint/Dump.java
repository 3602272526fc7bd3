package dev.ckpt.core.checkpoint;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.backend.PageReader;
import dev.ckpt.core.backend.Target;
import dev.ckpt.core.checkpoint.file.Files;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.core.image.PageQueue;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.timing.Timeline;
import dev.ckpt.core.tracee.CodeSite;
import dev.ckpt.core.tracee.Deadline;
import dev.ckpt.core.tracee.FrozenHost;
import dev.ckpt.core.tracee.FrozenTask;
import dev.ckpt.core.tracee.Host;
import dev.ckpt.core.tracee.Tracee;
import dev.ckpt.core.tracee.Tracer;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.Statistics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** One dump, step by step; its own object because the last steps come after the thaw. */
final class Dump implements AutoCloseable {
  /** What the names of phases in the statistics begin with. */
  private static final String PHASE = "phase.";

  private static final Duration DEATH = Duration.ofSeconds(10);

  /** How often we wait for threads that a killed dump left on their way home. */
  private static final int HOMECOMING_TRIES = 100;

  private final CheckpointOptions options;
  private final ImageOutput output;
  private final PageReader.Provider backend;
  private final MmCheckpoint mm;
  private final RemoteMemory memory;
  private final CodeSite site;
  private final TargetIdentity identity;
  private final Timeline timeline;
  private final LandlockProbe landlock;
  private final ImageWriter writer;
  private final PageQueue queue;

  /** The task's memory for the thread beside the tracer's. */
  private final RemoteMemory beside;

  private MmCheckpoint.PageCounts pages = new MmCheckpoint.PageCounts(0, 0, 0);
  private UUID uuid = Header.NO_PARENT;
  private Sleeps sleeps;

  /** Who makes the calls that reading pages takes, if it takes any. */
  private Optional<Host> host = Optional.empty();

  private int nrThreads;
  private long frozenNanos;
  private boolean finished;

  @MustBeClosed
  // What is opened here belongs to this object.
  @SuppressWarnings("MustBeClosedChecker")
  Dump(
      CheckpointOptions options,
      ImageOutput output,
      PageReader.Provider backend,
      MmCheckpoint mm,
      RemoteMemory memory,
      CodeSite site,
      TargetIdentity identity,
      Timeline timeline,
      LandlockProbe landlock)
      throws IOException {
    this.identity = identity;
    this.options = options;
    this.output = output;
    this.backend = backend;
    this.mm = mm;
    this.memory = memory;
    this.site = site;
    this.timeline = timeline;
    this.landlock = landlock;
    this.writer = new ImageWriter(output.channel(), options.key());
    this.queue =
        PageQueue.into(writer, output, mm.writtenBytes().orElse(contentBytes(options.pid())));
    this.beside = RemoteMemory.open(options.pid(), options.hook());
  }

  /** About how much of its memory is in no file. */
  private static long contentBytes(int pid) throws CkptException {
    Map<String, Long> kb = ProcFs.of(pid).status().vmKb();
    return Stream.of("RssAnon", "RssShmem", "VmSwap")
            .mapToLong(name -> kb.getOrDefault(name, 0L))
            .sum()
        << 10;
  }

  /** Everything that needs the task frozen. On the tracer's thread. */
  Void run(Tracer tracer) throws IOException {
    try (FrozenTask frozen = freeze(tracer)) {
      Refusals refusals = new Refusals(options.pid());
      try (CkptContext context =
          new CkptContext(options, frozen, memory, mm, refusals, writer::nextObjref)) {
        writeState(context);
        if (mm.readsRunning()) {
          thaw(frozen);
          readPages(context);
          // It may be another program by now, whose memory that was.
          identity.require();
          return null;
        }
        readPages(context);
        if (options.stop()) {
          frozenNanos = frozen.frozenNanos();
          publish();
          end(frozen);
          timeline.end("kill");
        }
      }
      if (!options.stop()) {
        thaw(frozen);
      }
    }
    return null;
  }

  private void thaw(FrozenTask frozen) throws CkptException {
    frozen.thaw();
    frozenNanos = frozen.frozenNanos();
    timeline.end("thaw");
  }

  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  private FrozenTask freeze(Tracer tracer) throws CkptException {
    timeline.end("prepare");
    for (int i = 0; ; i++) {
      sleeps = Sleeps.look(options.pid());
      FrozenTask frozen = FrozenTask.freeze(tracer, options.pid(), options.freezeTimeout());
      boolean keep = false;
      try {
        if (!frozen.isComingHome(memory, site)) {
          // Another kernel has another vdso: a thread in the middle of this one could not go on
          // there.
          frozen.letOut(site.vdso()::contains, options.freezeTimeout());
          identity.require();
          keep = true;
          return frozen;
        }
        if (i == HOMECOMING_TRIES) {
          throw new UnsupportedStateException(
              List.of(
                  new Refusal(
                      RefusalCode.TASK_BUSY,
                      "[pid " + options.pid() + "] runs code of another dump",
                      "try again when that dump is over")));
        }
      } finally {
        if (!keep) {
          frozen.close();
        }
      }
      Deadline.in(Duration.ZERO).pause();
    }
  }

  private void writeState(CkptContext context) throws IOException {
    timeline.end("freeze");
    Survey.state(options.pid(), context.refusals());
    nrThreads = context.frozen().threads().size();
    Threads threads = Threads.survey(context, sleeps);
    List<byte[]> sharedPending = SignalState.pending(context);
    int stopSignal =
        SignalState.stopSignal(context.frozen().stopSignal(), sharedPending, threads.pending());
    Files files = Files.survey(context);
    timeline.end("survey");
    mm.survey(context);
    timeline.end("maps");
    SeccompFilters filters = SeccompFilters.survey(context, files, backend.calls());
    context.refusals().check();

    RemoteQueries answers = RemoteQueries.ask(context, site, files, landlock, filters);
    context.refusals().check();
    files.hold();
    context.refusals().check();
    if (!backend.calls().isEmpty() && !mm.readsRunning()) {
      host = Optional.of(host(context, filters));
    }
    timeline.end("ask");

    TaskStruct.save(context, answers, stopSignal);
    TimeNamespace.save(context);
    LoginUser.save(context);
    SecurityLabel.save(context);
    threads.save(answers);
    filters.save(context);
    SignalState.save(context, answers, sharedPending);
    Timers.save(context, answers);
    PosixTimers.save(context, answers);
    ProtectionKeys.save(context, answers);
    mm.save(context, answers.process().brk(), answers.lockFuture());
    files.save();
    timeline.end("records");

    Header header = Headers.header(mm.parentUuid());
    uuid = header.uuid();
    writer.write(header);
    writer.write(Headers.cpuFeatures());
    for (CkptContext.Entry entry : context.records()) {
      writer.write(entry.objref(), entry.record());
    }
    timeline.end("state");
  }

  private Host host(CkptContext context, SeccompFilters filters) throws CkptException {
    Tracee leader = context.frozen().leader();
    return new FrozenHost(leader, site, context.stopSignal(leader), filters.gate(leader.tid()));
  }

  private void readPages(CkptContext context) throws IOException {
    try (PageReader reader = backend.open(new Target(options.pid(), memory, host))) {
      if (backend.calls().isEmpty()) {
        try (PageReader other = backend.open(new Target(options.pid(), beside))) {
          readPages(context, new MmCheckpoint.Readers(reader, Optional.of(other)));
        }
      } else {
        readPages(context, new MmCheckpoint.Readers(reader, Optional.empty()));
      }
    }
    timeline.end("pages");
  }

  private void readPages(CkptContext context, MmCheckpoint.Readers readers) throws IOException {
    pages = mm.readPages(context, readers, queue, options.progress());
  }

  /** Kills the task, which never ran again, and waits until it is gone. */
  private void end(FrozenTask frozen) throws CkptException {
    Signals.kill(options.pid(), Signals.SIGKILL);
    // NB: the kernel reports the leader's death only after every other thread was waited for.
    Deadline deadline = Deadline.in(DEATH);
    List<Tracee> alive = new ArrayList<>(frozen.threads());
    while (!alive.isEmpty() && !deadline.passed()) {
      for (Iterator<Tracee> i = alive.iterator(); i.hasNext(); ) {
        if (isGone(i.next())) {
          i.remove();
        }
      }
      deadline.pause();
    }
  }

  private static boolean isGone(Tracee tracee) throws CkptException {
    try {
      tracee.awaitStop(Deadline.in(Duration.ZERO));
      return tracee.ended();
    } catch (TargetGoneException e) {
      // That is what we wait for.
      return true;
    }
  }

  private void publish() throws IOException {
    finished = true;
    queue.finish();
    List<Statistics.Entry> entries = new ArrayList<>();
    entries.add(new Statistics.Entry(ByteString.of("frozenNanos"), frozenNanos));
    entries.add(new Statistics.Entry(ByteString.of("nrThreads"), nrThreads));
    timeline
        .phases()
        .forEach(
            (phase, nanos) ->
                entries.add(new Statistics.Entry(ByteString.of(PHASE + phase + "Nanos"), nanos)));
    writer.write(new Statistics(entries));
    writer.finish();
    if (options.sync()) {
      output.sync();
      timeline.end("sync");
    }
    output.publish();
    timeline.end("publish");
  }

  /** What remains to be done while the task runs again. */
  CheckpointResult finish() throws IOException {
    if (!finished) {
      publish();
    }
    return new CheckpointResult(
        options.pid(),
        uuid,
        backend.name(),
        nrThreads,
        frozenNanos,
        timeline.wallNanos(),
        pages.data(),
        pages.zero(),
        pages.kept(),
        writer.offset(),
        timeline.phases());
  }

  @Override
  public void close() {
    queue.close();
    beside.close();
    writer.close();
  }
}
