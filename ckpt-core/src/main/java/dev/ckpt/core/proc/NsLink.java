package dev.ckpt.core.proc;

import java.nio.charset.StandardCharsets;

/**
 * Which namespace a task is in: the target of a link in {@code /proc/PID/ns}, such as {@code
 * net:[4026531833]}.
 *
 * @param type kind of namespace: {@code cgroup}, {@code ipc}, {@code mnt}, {@code net}, {@code
 *     pid}, {@code time}, {@code user}, {@code uts}
 * @param ino its number, by which two tasks can be compared
 */
public record NsLink(String type, long ino) {
  // Written out: see Index.Entry.
  @Override
  public boolean equals(Object other) {
    return other instanceof NsLink that && type.equals(that.type) && ino == that.ino;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(ino);
  }

  /**
   * Parses the target of such a link.
   *
   * @throws ProcFormatException if it is not {@code type:[number]}
   */
  public static NsLink parse(byte[] target) throws ProcFormatException {
    TextCursor in = new TextCursor("ns", target);
    while (in.peek() >= 'a' && in.peek() <= 'z') {
      in.skip();
    }
    if (in.pos() == 0) {
      throw in.bad("want the kind of a namespace");
    }
    String type = new String(target, 0, in.pos(), StandardCharsets.ISO_8859_1);
    in.expect(":[");
    long ino = in.decimal();
    in.expect(']');
    in.expectEnd();
    return new NsLink(type, ino);
  }
}
