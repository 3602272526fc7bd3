package dev.ckpt.core.proc;

import dev.ckpt.format.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;

/** The files of /proc that hold one value each. */
final class ProcValues {
  private static final int OOM_SCORE_ADJ_MAX = 1000;

  private static final int UUID_CHARS = 36;

  private ProcValues() {}

  /** children: pids, each with a blank behind it. */
  static List<Integer> pids(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("children", text);
    List<Integer> pids = new ArrayList<>();
    while (!in.atEnd()) {
      pids.add(in.count());
      in.expect(' ');
    }
    Collections.sort(pids);
    return List.copyOf(pids);
  }

  /** personality: 8 hexadecimal digits. */
  static int personality(byte[] text) throws ProcFormatException {
    return hexLine(text);
  }

  /** A hexadecimal number of 32 bits on a line. */
  static int hexLine(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("value", text);
    int value = in.hexInt();
    endOfLine(in);
    return value;
  }

  /** An unsigned decimal number on a line. */
  static long unsigned(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("value", text);
    long value = in.decimal();
    endOfLine(in);
    return value;
  }

  /** attr/current: AppArmor ends it with a newline, SELinux with a NUL, Smack with nothing. */
  static ByteString label(byte[] text) throws ProcFormatException {
    int len = text.length;
    if (len > 0 && (text[len - 1] == '\n' || text[len - 1] == 0)) {
      len--;
    }
    return ByteString.of(Arrays.copyOf(text, len));
  }

  /** loginuid: the kernel writes no newline behind it. */
  static int loginuid(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("loginuid", text);
    int uid = in.unsignedInt();
    in.expectEnd();
    return uid;
  }

  /** oom_score_adj: -1000 to 1000. */
  static int oomScoreAdj(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("oom_score_adj", text);
    int value = in.signedInt();
    if (Math.abs((long) value) > OOM_SCORE_ADJ_MAX) {
      in.seek(0);
      throw in.bad("want -1000 to 1000");
    }
    endOfLine(in);
    return value;
  }

  /** autogroup: the nice value of one; nothing while the kernel does not use any. */
  static OptionalInt autogroupNice(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("autogroup", text);
    if (in.atEnd()) {
      return OptionalInt.empty();
    }
    in.expect("/autogroup-");
    in.decimal();
    in.expect(" nice ");
    int nice = in.signedInt();
    endOfLine(in);
    return OptionalInt.of(nice);
  }

  /** wchan: the name of a function, or 0; no newline. */
  static String wchan(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("wchan", text);
    String word = in.word();
    in.expectEnd();
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c <= ' ' || c >= 0x7f) {
        in.seek(i);
        throw in.bad("want the name of a kernel function");
      }
    }
    return word;
  }

  /** comm: any bytes, with one newline behind them that is not part of the name. */
  static ByteString comm(byte[] text) throws ProcFormatException {
    if (text.length == 0 || text[text.length - 1] != '\n') {
      throw new ProcFormatException("comm", 1, "want a name and a newline behind it");
    }
    return ByteString.of(ByteBuffer.wrap(text, 0, text.length - 1));
  }

  /** boot_id: a UUID in its usual spelling. */
  static UUID uuid(byte[] text) throws ProcFormatException {
    String line = line(text);
    try {
      // UUID.fromString also takes shortened groups.
      if (line.length() == UUID_CHARS) {
        return UUID.fromString(line);
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new ProcFormatException(
        "value", 1, "want a UUID, found " + ProcFormatException.quote(line));
  }

  /** One word on a line. */
  static String line(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("value", text);
    String word = in.word();
    endOfLine(in);
    return word;
  }

  /** The name of an fd or a task in its folder. */
  static int number(String name) throws ProcFormatException {
    TextCursor in = new TextCursor("folder", name.getBytes(StandardCharsets.UTF_8));
    int number = in.count();
    in.expectEnd();
    return number;
  }

  private static void endOfLine(TextCursor in) throws ProcFormatException {
    in.expect('\n');
    in.expectEnd();
  }
}
