package dev.ckpt.rstr;

import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.ParentSource;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * How to restore.
 *
 * @param custody whose the task will be
 * @param pids which numbers the task gets
 * @param files what to do about files that were open for writing and have changed
 * @param inheritFds files to open in the place of what these descriptors led to
 * @param backend name of the page filler, or {@link Backends#AUTO}
 * @param keys asked for the key of a sealed image, before anything is created
 * @param parents where images are that the image builds on
 * @param progress told about pages as they are filled
 * @param gate asked whether to go on
 * @param hook told about every call that touches the new task
 * @param lazy the image's file, if pages may come when the task runs
 * @param mapped the image's file, if pages of it are mapped and not copied
 */
public record RestartOptions(
    Custody custody,
    PidPolicy pids,
    FilesPolicy files,
    Map<Integer, Path> inheritFds,
    String backend,
    KeySource keys,
    ParentSource parents,
    PageProgress progress,
    Gate gate,
    TouchHook hook,
    Optional<LazyImage> lazy,
    Optional<MappedImage> mapped) {

  /** Takes a copy of the map. */
  public RestartOptions {
    inheritFds = Map.copyOf(inheritFds);
  }

  /**
   * The file of an image whose pages come one by one.
   *
   * @param path of it
   * @param trusting whether it and those that it builds on may be another user's
   * @param maxRate bytes in a second at most, of pages that nobody waits for; 0 for any
   */
  public record LazyImage(Path path, boolean trusting, long maxRate) {
    /** As fast as it goes, of images that only we or root can have written. */
    public LazyImage(Path path) {
      this(path, false, 0);
    }
  }

  /**
   * The file of an image whose pages become the task's memory: it must stay as it is as long as the
   * task lives, and memory that the task gives back reads as the image does, not as zeros.
   *
   * @param path of it
   * @param trusting whether it may be another user's
   */
  public record MappedImage(Path path, boolean trusting) {}

  /** Told how many pages are filled; called on the thread that does the work. */
  @FunctionalInterface
  public interface PageProgress {
    /** So many pages are done. */
    void pages(long donePages);

    /** No more will be told: the terminal is about to be the task's. */
    default void over() {}
  }

  /** Asked whether to go on; called on the thread that does the work. */
  public interface Gate {
    /** Lets everything through. */
    Gate OPEN =
        new Gate() {
          @Override
          public void pass() {}

          @Override
          public void commit() {}
        };

    /** Asked at the end of each phase; throws when the restore is to be given up. */
    void pass() throws CkptException;

    /** The same right before the task is let go, when there is no way back. */
    void commit() throws CkptException;
  }

  /** What a plain {@code ckpt restore IMAGE} does. */
  public static RestartOptions of() {
    return new RestartOptions(
        Custody.JOB,
        PidPolicy.OLD,
        FilesPolicy.NEWER_OK,
        Map.of(),
        Backends.AUTO,
        KeySource.NONE,
        ParentSource.NONE,
        done -> {},
        Gate.OPEN,
        TouchHook.NONE,
        Optional.empty(),
        Optional.empty());
  }

  /** Whether it becomes a child of init. */
  public boolean detach() {
    return custody == Custody.INIT;
  }

  /** The same, detached or a job of ours. */
  public RestartOptions withDetach(boolean away) {
    return withCustody(away ? Custody.INIT : Custody.JOB);
  }

  /** The same, of somebody else. */
  public RestartOptions withCustody(Custody whose) {
    return new RestartOptions(
        whose, pids, files, inheritFds, backend, keys, parents, progress, gate, hook, lazy, mapped);
  }

  /** The same with other numbers. */
  public RestartOptions withPids(PidPolicy policy) {
    return new RestartOptions(
        custody,
        policy,
        files,
        inheritFds,
        backend,
        keys,
        parents,
        progress,
        gate,
        hook,
        lazy,
        mapped);
  }

  /** The same with another policy for changed files. */
  public RestartOptions withFiles(FilesPolicy policy) {
    return new RestartOptions(
        custody,
        pids,
        policy,
        inheritFds,
        backend,
        keys,
        parents,
        progress,
        gate,
        hook,
        lazy,
        mapped);
  }

  /** The same with files in the place of what some descriptors led to. */
  public RestartOptions withInheritFds(Map<Integer, Path> paths) {
    return new RestartOptions(
        custody, pids, files, paths, backend, keys, parents, progress, gate, hook, lazy, mapped);
  }

  /** The same with another page filler. */
  public RestartOptions withBackend(String name) {
    return new RestartOptions(
        custody, pids, files, inheritFds, name, keys, parents, progress, gate, hook, lazy, mapped);
  }

  /** The same with keys for a sealed image. */
  public RestartOptions withKeys(KeySource source) {
    return new RestartOptions(
        custody,
        pids,
        files,
        inheritFds,
        backend,
        source,
        parents,
        progress,
        gate,
        hook,
        lazy,
        mapped);
  }

  /** The same with what the image builds on. */
  public RestartOptions withParents(ParentSource source) {
    return new RestartOptions(
        custody,
        pids,
        files,
        inheritFds,
        backend,
        keys,
        source,
        progress,
        gate,
        hook,
        lazy,
        mapped);
  }

  /** The same with somebody who is told. */
  public RestartOptions withProgress(PageProgress listener) {
    return new RestartOptions(
        custody,
        pids,
        files,
        inheritFds,
        backend,
        keys,
        parents,
        listener,
        gate,
        hook,
        lazy,
        mapped);
  }

  /** The same with somebody who is asked. */
  public RestartOptions withGate(Gate guard) {
    return new RestartOptions(
        custody,
        pids,
        files,
        inheritFds,
        backend,
        keys,
        parents,
        progress,
        guard,
        hook,
        lazy,
        mapped);
  }

  /** The same, with pages that come when the task runs already. */
  public RestartOptions withLazyPages(LazyImage image) {
    Optional<LazyImage> later = Optional.of(image);
    return new RestartOptions(
        custody,
        pids,
        files,
        inheritFds,
        backend,
        keys,
        parents,
        progress,
        gate,
        hook,
        later,
        mapped);
  }

  /** The same, with pages that are mapped from the image; instead of lazy ones. */
  public RestartOptions withMappedPages(MappedImage image) {
    return new RestartOptions(
        custody,
        pids,
        files,
        inheritFds,
        backend,
        keys,
        parents,
        progress,
        gate,
        hook,
        Optional.empty(),
        Optional.of(image));
  }

  /** The same with a hook. */
  public RestartOptions withHook(TouchHook listener) {
    return new RestartOptions(
        custody,
        pids,
        files,
        inheritFds,
        backend,
        keys,
        parents,
        progress,
        gate,
        listener,
        lazy,
        mapped);
  }
}
