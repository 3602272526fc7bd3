package dev.ckpt.core.proc;

import dev.ckpt.format.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks over text from /proc, byte by byte, and takes numbers and words from it.
 *
 * <p>Every method takes exactly what it names or throws; none skips over what it does not know.
 */
final class TextCursor {
  private final String file;
  private final int firstLine;
  private final byte[] text;
  private int pos;

  TextCursor(String file, byte[] text) {
    this(file, 1, text);
  }

  TextCursor(String file, int firstLine, byte[] text) {
    this.file = file;
    this.firstLine = firstLine;
    this.text = text;
  }

  boolean atEnd() {
    return pos == text.length;
  }

  int pos() {
    return pos;
  }

  void seek(int newPos) {
    pos = newPos;
  }

  /** The next byte, or -1 at the end; it is not taken. */
  int peek() {
    return pos < text.length ? text[pos] & 0xff : -1;
  }

  void skip() {
    pos++;
  }

  void skipSpaces() {
    while (pos < text.length && text[pos] == ' ') {
      pos++;
    }
  }

  void expect(char wanted) throws ProcFormatException {
    if (!accept(wanted)) {
      throw bad("want " + ProcFormatException.quote(String.valueOf(wanted)));
    }
  }

  boolean accept(char wanted) {
    if (peek() != wanted) {
      return false;
    }
    pos++;
    return true;
  }

  void expect(String wanted) throws ProcFormatException {
    if (!accept(wanted)) {
      throw bad("want " + ProcFormatException.quote(wanted));
    }
  }

  boolean accept(String wanted) {
    int len = wanted.length();
    if (text.length - pos < len) {
      return false;
    }
    for (int i = 0; i < len; i++) {
      if (text[pos + i] != (byte) wanted.charAt(i)) {
        return false;
      }
    }
    pos += len;
    return true;
  }

  void expectEnd() throws ProcFormatException {
    if (!atEnd()) {
      throw bad("want the end of the text");
    }
  }

  /** An unsigned 64-bit decimal number. */
  long decimal() throws ProcFormatException {
    int start = pos;
    long value = 0;
    while (pos < text.length && isDigit(text[pos])) {
      value = value * 10 + (text[pos] - '0');
      pos++;
    }
    int digits = pos - start;
    if (digits == 0) {
      throw bad("want a decimal number");
    }
    if (digits > 18) {
      return exactly(start, 10);
    }
    return value;
  }

  /** A signed 64-bit decimal number. */
  long signed() throws ProcFormatException {
    int start = pos;
    boolean negative = accept('-');
    long value = decimal();
    if (value < 0 && !(negative && value == Long.MIN_VALUE)) {
      pos = start;
      throw bad("want a number of 64 bits with its sign");
    }
    return negative ? -value : value;
  }

  /** A signed 32-bit decimal number. */
  int signedInt() throws ProcFormatException {
    int start = pos;
    long value = signed();
    if (value != (int) value) {
      pos = start;
      throw bad("want a number of 32 bits with its sign");
    }
    return (int) value;
  }

  /** An unsigned decimal number below 2^31: a pid, a count, a clock. */
  int count() throws ProcFormatException {
    int start = pos;
    long value = decimal();
    if (value < 0 || value > Integer.MAX_VALUE) {
      pos = start;
      throw bad("want a decimal number below 2^31");
    }
    return (int) value;
  }

  /** An unsigned 32-bit decimal number, as the int with the same bits. */
  int unsignedInt() throws ProcFormatException {
    int start = pos;
    long value = decimal();
    if (value >>> 32 != 0) {
      pos = start;
      throw bad("want a decimal number below 2^32");
    }
    return (int) value;
  }

  /** An unsigned 64-bit hexadecimal number in small letters, without 0x. */
  long hex() throws ProcFormatException {
    int start = pos;
    long value = 0;
    while (pos < text.length) {
      int digit = hexDigit(text[pos]);
      if (digit < 0) {
        break;
      }
      value = value << 4 | digit;
      pos++;
    }
    int digits = pos - start;
    if (digits == 0) {
      throw bad("want a hexadecimal number");
    }
    if (digits > 16) {
      return exactly(start, 16);
    }
    return value;
  }

  /** A hexadecimal number of 32 bits, as the int with the same bits. */
  int hexInt() throws ProcFormatException {
    int start = pos;
    long value = hex();
    if (value >>> 32 != 0) {
      pos = start;
      throw bad("want a hexadecimal number of 32 bits");
    }
    return (int) value;
  }

  /** An octal number of 32 bits, as the int with the same bits. */
  int octalInt() throws ProcFormatException {
    int start = pos;
    long value = 0;
    while (pos < text.length && text[pos] >= '0' && text[pos] <= '7' && value >>> 32 == 0) {
      value = value << 3 | (text[pos] - '0');
      pos++;
    }
    if (pos == start || value >>> 32 != 0) {
      pos = start;
      throw bad("want an octal number of 32 bits");
    }
    return (int) value;
  }

  /** 0 or 1. */
  boolean flag() throws ProcFormatException {
    if (accept('0')) {
      return false;
    }
    expect('1');
    return true;
  }

  /** A word: bytes up to the next space, tab, line end or end of text; not empty. */
  String word() throws ProcFormatException {
    int start = pos;
    while (pos < text.length && text[pos] != ' ' && text[pos] != '\t' && text[pos] != '\n') {
      pos++;
    }
    if (pos == start) {
      throw bad("want a word");
    }
    return latin1(start, pos);
  }

  /** Where this line ends: at its newline, or at the end of the text. */
  int lineEnd() {
    int end = pos;
    while (end < text.length && text[end] != '\n') {
      end++;
    }
    return end;
  }

  /** The rest of this line, byte for byte; its newline is taken too. */
  byte[] restOfLine() {
    int end = lineEnd();
    byte[] rest = Arrays.copyOfRange(text, pos, end);
    pos = Math.min(end + 1, text.length);
    return rest;
  }

  ByteString bytes(int start, int end) {
    return ByteString.of(ByteBuffer.wrap(text, start, end - start));
  }

  String latin1(int start, int end) {
    return new String(text, start, end - start, StandardCharsets.ISO_8859_1);
  }

  /** An error at this place, with what stands here. */
  ProcFormatException bad(String problem) {
    int line = firstLine;
    for (int i = 0; i < pos; i++) {
      if (text[i] == '\n') {
        line++;
      }
    }
    String found = atEnd() ? "the end" : ProcFormatException.quote(latin1(pos, lineEnd()));
    return new ProcFormatException(file, line, problem + ", found " + found);
  }

  private long exactly(int start, int radix) throws ProcFormatException {
    try {
      return Long.parseUnsignedLong(latin1(start, pos), radix);
    } catch (NumberFormatException e) {
      pos = start;
      throw bad("want a number of at most 64 bits");
    }
  }

  private static boolean isDigit(byte c) {
    return c >= '0' && c <= '9';
  }

  private static int hexDigit(byte c) {
    if (isDigit(c)) {
      return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  }
}
