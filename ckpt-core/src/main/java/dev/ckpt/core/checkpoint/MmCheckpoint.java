package dev.ckpt.core.checkpoint;

import dev.ckpt.core.backend.PageReader;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.image.PageQueue;
import dev.ckpt.core.tracee.RemoteCall;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.UUID;

/**
 * The checkpoint of a task's memory, provided by {@code ckpt-mem}; one object per dump.
 *
 * <p>Called in the order of its methods. Target state: stopped. Threading: the tracer's thread.
 */
public interface MmCheckpoint extends AutoCloseable {
  /**
   * About how many bytes of its memory were written since the image that this one builds on.
   *
   * @return nothing where it builds on none
   */
  Optional<Long> writtenBytes() throws CkptException;

  /** Looks at every mapping and refuses what cannot be saved; of a task that runs too. */
  void survey(SurveyContext context) throws CkptException;

  /** What the task may be asked for {@link #ask}, beside what every task is. */
  List<RemoteCall> questions();

  /** Asks the task what only it can tell of its mappings. */
  void ask(CkptContext context, RemoteSyscalls calls) throws CkptException;

  /**
   * Adds the records of mm, memory objects and vmas.
   *
   * @param brk the end of the heap as the task itself told it
   * @param lockFuture flags of mlockall(2) for what the task maps from now on
   */
  void save(CkptContext context, long brk, int lockFuture) throws CkptException;

  /** The checkpoint that this one builds on, once all was saved; all zero for none. */
  UUID parentUuid();

  /**
   * Adds what a descriptor refers to, with its content: a memfd, or a file without a name ({@link
   * GhostFiles}); the reference to its record.
   *
   * @param holder the process whose descriptor it is: the target or, of a file in flight, we
   */
  int saveObject(CkptContext context, int holder, int fd) throws CkptException;

  /** Whether pages are to be read when the task runs again. */
  boolean readsRunning();

  /**
   * Reads the contents of all pages that must be in the image, through the queue.
   *
   * @return what was put there
   */
  PageCounts readPages(CkptContext context, Readers readers, PageQueue out, Progress progress)
      throws IOException;

  /**
   * Who reads pages of the task.
   *
   * @param tracer for the tracer's thread
   * @param beside for the thread beside it, if that can read any
   */
  record Readers(PageReader tracer, Optional<PageReader> beside) {
    /** The one for a thread. */
    public PageReader of(boolean isBeside) {
      return isBeside ? beside.orElseThrow() : tracer;
    }
  }

  @Override
  void close();

  /** Makes one for each dump; found by ServiceLoader. */
  interface Provider {
    /** A new one. */
    MmCheckpoint create();

    /** What makes one for each dump of a task that is dumped often. */
    MmTracking track(int pid);
  }

  /**
   * Numbers of pages.
   *
   * @param data pages whose bytes are in the image
   * @param zero pages of zeros that are in the image by number only
   * @param kept pages that are in the image that it builds on, those that are zero counted too
   */
  record PageCounts(long data, long zero, long kept) {
    /** The same with pages that are kept. */
    public PageCounts withKept(long nrPages) {
      return new PageCounts(data, zero, nrPages);
    }
  }

  /** The one that is on the class path. */
  static Provider provider() throws UnsupportedStateException {
    Iterator<Provider> found =
        ServiceLoader.load(Provider.class, MmCheckpoint.class.getClassLoader()).iterator();
    if (!found.hasNext()) {
      throw new UnsupportedStateException(
          List.of(
              new Refusal(
                  RefusalCode.NO_MEMORY_MODULE, "ckpt-mem", "put ckpt-mem on the class path")));
    }
    return found.next();
  }
}
