package dev.ckpt.core.kernel;

/**
 * Told before and after every kernel call that touches a live target, or one that is being rebuilt,
 * and at the end of each phase. The survival tests kill somebody here, at each call in turn;
 * nothing else uses it.
 */
public interface TouchHook {
  /** Does nothing. */
  TouchHook NONE =
      new TouchHook() {
        @Override
        public void before(String call) {}

        @Override
        public void after(String call) {}
      };

  /** The call is about to be made. */
  void before(String call);

  /** The call has returned, well or not. */
  void after(String call);

  /** A phase of the work has ended; their names are those of docs/performance.md. */
  default void phase(String name) {}
}
