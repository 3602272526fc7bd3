package dev.ckpt.core.checkpoint;

import java.util.Map;
import java.util.UUID;

/**
 * What a dump did.
 *
 * @param pid the process
 * @param uuid of the checkpoint
 * @param backend name of the page reader
 * @param nrThreads its threads
 * @param frozenNanos from the first interrupt to the return of the last detach; with stop, until
 *     the task was ended
 * @param wallNanos from the call to the end of publication, sync included
 * @param dataPages pages whose bytes are in the image
 * @param zeroPages pages of zeros kept by number only
 * @param keptPages pages that are in the image that this one builds on, zero ones counted too
 * @param imageBytes size of the image
 * @param phases how long each phase took, nanoseconds, in their order; docs/performance.md tells
 *     what they are
 */
public record CheckpointResult(
    int pid,
    UUID uuid,
    String backend,
    int nrThreads,
    long frozenNanos,
    long wallNanos,
    long dataPages,
    long zeroPages,
    long keptPages,
    long imageBytes,
    Map<String, Long> phases) {
  /**
   * The same of an image out of which pages were taken that another one has.
   *
   * @param nrKept how many
   * @param lenBytes size of what is left
   */
  public CheckpointResult rebased(long nrKept, long lenBytes) {
    return with(dataPages - nrKept, nrKept, lenBytes);
  }

  /** The same of an image of the same pages that has another size. */
  public CheckpointResult withImageBytes(long lenBytes) {
    return with(dataPages, keptPages, lenBytes);
  }

  private CheckpointResult with(long nrData, long nrKept, long lenBytes) {
    return new CheckpointResult(
        pid,
        uuid,
        backend,
        nrThreads,
        frozenNanos,
        wallNanos,
        nrData,
        zeroPages,
        nrKept,
        lenBytes,
        phases);
  }
}
