package dev.ckpt.core.proc;

import dev.ckpt.format.ByteString;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * One mount, from {@code /proc/PID/mountinfo}.
 *
 * <p>Source: show_mountinfo in fs/proc_namespace.c; proc(5).
 *
 * @param devMajor of the file system
 * @param devMinor the same
 * @param mountPoint where it is
 */
public record MountInfo(int devMajor, int devMinor, ByteString mountPoint) {
  /**
   * Parses the whole file.
   *
   * @throws ProcFormatException if a line does not begin as a mount does
   */
  public static List<MountInfo> parseAll(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("mountinfo", text);
    List<MountInfo> mounts = new ArrayList<>();
    while (!in.atEnd()) {
      in.count();
      in.expect(' ');
      in.count();
      in.expect(' ');
      final int major = in.count();
      in.expect(':');
      final int minor = in.count();
      in.expect(' ');
      in.word();
      in.expect(' ');
      mounts.add(new MountInfo(major, minor, path(in)));
      in.restOfLine();
    }
    return List.copyOf(mounts);
  }

  /** Blanks, line ends and backslashes stand there as three octal digits. */
  private static ByteString path(TextCursor in) throws ProcFormatException {
    String word = in.word();
    ByteArrayOutputStream path = new ByteArrayOutputStream();
    for (int i = 0; i < word.length(); i++) {
      if (word.charAt(i) != '\\') {
        path.write(word.charAt(i));
      } else if (word.substring(i + 1).matches("[0-3][0-7]{2}.*")) {
        path.write(Integer.parseInt(word.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        throw in.bad("three octal digits behind each backslash");
      }
    }
    return ByteString.of(path.toByteArray());
  }
}
