package dev.ckpt.rstr;

import dev.ckpt.core.backend.Backends;

/**
 * How to restore.
 *
 * @param detach whether the task becomes a child of init in a session of its own, instead of ours
 * @param files what to do about files that were open for writing and have changed
 * @param backend name of the page filler, or {@link Backends#AUTO}
 * @param progress told about pages as they are filled
 */
public record RestartOptions(
    boolean detach, FilesPolicy files, String backend, PageProgress progress) {

  /** Told how many pages are filled; called on the thread that does the work. */
  @FunctionalInterface
  public interface PageProgress {
    /** So many pages are done. */
    void pages(long donePages);
  }

  /** What a plain {@code ckpt restore IMAGE} does. */
  public static RestartOptions of() {
    return new RestartOptions(false, FilesPolicy.NEWER_OK, Backends.AUTO, done -> {});
  }

  /** The same, detached or not. */
  public RestartOptions withDetach(boolean away) {
    return new RestartOptions(away, files, backend, progress);
  }

  /** The same with another policy for changed files. */
  public RestartOptions withFiles(FilesPolicy policy) {
    return new RestartOptions(detach, policy, backend, progress);
  }

  /** The same with another page filler. */
  public RestartOptions withBackend(String name) {
    return new RestartOptions(detach, files, name, progress);
  }

  /** The same with somebody who is told. */
  public RestartOptions withProgress(PageProgress listener) {
    return new RestartOptions(detach, files, backend, listener);
  }
}
