package dev.ckpt.core.checkpoint;

/**
 * What a dump did.
 *
 * @param pid the process
 * @param backend name of the page reader
 * @param nrThreads its threads
 * @param frozenNanos from the first interrupt to the return of the last detach; with stop, until
 *     the task was ended
 * @param wallNanos from the call to the end of publication, sync included
 * @param dataPages pages whose bytes are in the image
 * @param zeroPages pages of zeros kept by number only
 * @param imageBytes size of the image
 */
public record CheckpointResult(
    int pid,
    String backend,
    int nrThreads,
    long frozenNanos,
    long wallNanos,
    long dataPages,
    long zeroPages,
    long imageBytes) {}
