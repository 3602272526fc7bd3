package dev.ckpt.cli;

/** What the command ends with. After a signal it is 128 and the signal's number, as in a shell. */
final class ExitCode {
  /** What was asked for is done. */
  static final int DONE = 0;

  /** It went wrong. */
  static final int FAILED = 1;

  /** The arguments make no sense. */
  static final int USAGE = 2;

  /** It cannot be done here, and nothing was changed. */
  static final int REFUSED = 3;

  /** Two images differ. Not 1, as of diff(1), which is a failure here whatever the command. */
  static final int DIFFERENT = 4;

  /** What was looked for in an image is not there: the same answer of another command. */
  static final int NOT_FOUND = DIFFERENT;

  /** {@link #FAILED} of a restore in the foreground, whose other codes are the task's. */
  static final int FOREGROUND_FAILED = 125;

  /** {@link #REFUSED} of a restore in the foreground. */
  static final int FOREGROUND_REFUSED = 126;

  /** Nobody reads standard output any more: what SIGPIPE ends other programs with. */
  static final int READER_GONE = 141;

  private ExitCode() {}
}
