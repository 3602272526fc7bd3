package dev.ckpt.core.checkpoint;

/** Told how far a dump or restore is; called on the thread that does the work, so be brief. */
@FunctionalInterface
public interface Progress {
  /** Nobody listens. */
  Progress NONE = (donePages, totalPages) -> {};

  /** So many pages are done, of so many (0 when that is not known yet). */
  void pages(long donePages, long totalPages);
}
