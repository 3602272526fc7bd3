package dev.ckpt.core.kernel;

/**
 * Told before and after every kernel call that touches a live target. The survival tests kill the
 * checkpointer here, at each call in turn; nothing else uses it.
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
}
