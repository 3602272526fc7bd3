package dev.ckpt.core.proc;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;

/** A file in /proc says something that this version does not understand. */
public final class ProcFormatException extends CkptException {
  private static final long serialVersionUID = 1L;

  private static final int MAX_QUOTED_CHARS = 80;

  private final String file;
  private final int line;
  private final String problem;

  /**
   * Says where the text stopped making sense.
   *
   * @param file the file as far as it is known: {@code stat}, or {@code /proc/812/stat}
   * @param line counted from 1
   * @param problem what was wanted and what stood there
   */
  public ProcFormatException(String file, int line, String problem) {
    super(FailureCode.PROC_FORMAT, file + " line " + line + ": " + problem);
    this.file = file;
    this.line = line;
    this.problem = problem;
  }

  /** The file that was being parsed. */
  public String file() {
    return file;
  }

  /** The line in it, counted from 1. */
  public int line() {
    return line;
  }

  /** The same problem, told of the file that was really read: a parser knows only its kind. */
  ProcFormatException inFile(String readFile) {
    ProcFormatException named = new ProcFormatException(readFile, line, problem);
    named.setStackTrace(getStackTrace());
    return named;
  }

  /** Text from /proc as it may stand in a message: short, on one line, printable. */
  static String quote(CharSequence text) {
    StringBuilder out = new StringBuilder("'");
    int shown = Math.min(text.length(), MAX_QUOTED_CHARS);
    for (int i = 0; i < shown; i++) {
      char c = text.charAt(i);
      if (c >= ' ' && c < 0x7f) {
        out.append(c);
      } else {
        out.append(String.format("\\x%02x", (int) c));
      }
    }
    return out.append(shown < text.length() ? "'..." : "'").toString();
  }
}
