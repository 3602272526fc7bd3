package dev.ckpt.rstr;

/** What to do about a file that was open for writing and has changed since the dump. */
public enum FilesPolicy {
  /** Go on at the saved offset and say so. */
  NEWER_OK,
  /** Refuse. */
  STRICT
}
