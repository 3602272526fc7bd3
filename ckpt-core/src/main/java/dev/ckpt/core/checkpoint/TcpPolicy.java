package dev.ckpt.core.checkpoint;

/** What becomes of TCP connections. */
public enum TcpPolicy {
  /** They are refused. */
  REFUSE,

  /** They come back as ones that were reset. */
  CLOSE,

  /** They are saved; the task must not run on, for its image would be of the past at once. */
  KEEP
}
