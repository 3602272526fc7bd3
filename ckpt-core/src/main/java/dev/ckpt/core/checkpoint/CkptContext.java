package dev.ckpt.core.checkpoint;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.proc.Status;
import dev.ckpt.core.tracee.FrozenTask;
import dev.ckpt.core.tracee.StopSignal;
import dev.ckpt.core.tracee.Tracee;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.ImageRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * What the collectors of one dump share: the frozen target, the refusals, the records to write, and
 * the objects that are written once and referred to (linux-cr's {@code struct ckpt_ctx}).
 *
 * <p>Threading: the tracer's thread.
 */
public final class CkptContext extends SurveyContext {
  /** A record with the reference it can be referred to by, 0 for none. */
  record Entry(int objref, ImageRecord record) {}

  /** The identity of a kernel object that several others may refer to. */
  private record SharedKey(String kind, Object identity) {
    // Written out: see Index.Entry.
    @Override
    public boolean equals(Object other) {
      return other instanceof SharedKey that
          && kind.equals(that.kind)
          && identity.equals(that.identity);
    }

    @Override
    public int hashCode() {
      return 31 * kind.hashCode() + identity.hashCode();
    }
  }

  private final FrozenTask frozen;
  private final RemoteMemory memory;
  private final MmCheckpoint mm;
  private final List<Entry> records = new ArrayList<>();
  private final Map<SharedKey, Integer> shared = new HashMap<>();
  private final IntSupplier nextObjref;
  private final EmbeddedFiles embedded;
  private final Deque<Hold> holds = new ArrayDeque<>();

  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  CkptContext(
      CheckpointOptions options,
      FrozenTask frozen,
      RemoteMemory memory,
      MmCheckpoint mm,
      Refusals refusals,
      IntSupplier nextObjref)
      throws SyscallException {
    super(options, refusals);
    this.nextObjref = nextObjref;
    this.frozen = frozen;
    this.memory = memory;
    this.mm = mm;
    this.embedded = new EmbeddedFiles(options.embed());
  }

  /** What is to be let go when the dump is over: after the end of a task that is to be ended. */
  public interface Hold extends AutoCloseable {
    @Override
    void close() throws CkptException;
  }

  /** Takes such a thing over. */
  public void hold(Hold hold) {
    holds.push(hold);
  }

  /** Its threads, all stopped. */
  public FrozenTask frozen() {
    return frozen;
  }

  /** Its memory. */
  public RemoteMemory memory() {
    return memory;
  }

  /** What saves its mappings and memory objects. */
  public MmCheckpoint mm() {
    return mm;
  }

  /** The named files that are saved with their content. */
  public EmbeddedFiles embedded() {
    return embedded;
  }

  /** Adds a record that nobody refers to. */
  public void add(ImageRecord record) {
    records.add(new Entry(0, record));
  }

  /** Adds a record and returns the reference to it. */
  public int addTarget(ImageRecord record) {
    int objref = nextObjref.getAsInt();
    records.add(new Entry(objref, record));
    return objref;
  }

  /** Makes the record of a shared object when it is first met. */
  @FunctionalInterface
  public interface RecordMaker {
    /** Makes it. */
    ImageRecord make() throws CkptException;
  }

  /**
   * The reference to a kernel object, whose record is added before its first use.
   *
   * @param kind what it is, such as {@code file}
   * @param identity what tells it from others of its kind
   */
  public int share(String kind, Object identity, RecordMaker maker) throws CkptException {
    SharedKey key = new SharedKey(kind, identity);
    Integer known = shared.get(key);
    if (known != null) {
      return known;
    }
    int objref = addTarget(maker.make());
    shared.put(key, objref);
    return objref;
  }

  List<Entry> records() {
    return records;
  }

  /** The signal by which a thread can be stopped inside our code. */
  int stopSignal(Tracee tracee) throws CkptException {
    Status status = proc().status(tracee.tid());
    return StopSignal.choose(
        status.sigCgt(), status.sigIgn(), tracee.sigmask() | status.sigPnd() | status.shdPnd());
  }

  @Override
  public void close() throws CkptException {
    try {
      while (!holds.isEmpty()) {
        holds.pop().close();
      }
    } finally {
      embedded.close();
      super.close();
    }
  }
}
