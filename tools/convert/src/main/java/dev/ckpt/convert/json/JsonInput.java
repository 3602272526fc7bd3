package dev.ckpt.convert.json;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ckpt.convert.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The tokens of a JSON file, with the place of each for errors, and how many bytes the object that
 * is being read may still have: whatever is made of a token costs some first.
 */
final class JsonInput {
  private static final int SHOWN_CHARS = 60;

  private final JsonParser parser;
  private final String file;
  private String object = "document";
  private long bytesLeft;

  /**
   * Begins before the first token.
   *
   * @param file what people call it
   */
  JsonInput(JsonParser parser, String file) {
    this.parser = parser;
    this.file = file;
  }

  /** Begins an object of the image, which may have so many bytes. */
  void begin(String name, long maxBytes) {
    object = name;
    bytesLeft = maxBytes;
  }

  /** Takes bytes of what the object may have. */
  void spend(long lenBytes) throws BadInputException {
    bytesLeft -= lenBytes;
    if (bytesLeft < 0) {
      throw bad("no more bytes than such an object may have");
    }
  }

  /** The current token; none behind the last one. */
  JsonToken token() {
    return parser.currentToken();
  }

  /** Goes on to the next token; none behind the last one. */
  JsonToken next() throws IOException {
    return parser.nextToken();
  }

  /** The text of the current token. */
  String text() throws IOException {
    return parser.getText();
  }

  /** The current token's text, if it is a string. */
  String string(String expected) throws IOException {
    require(JsonToken.VALUE_STRING, expected);
    return parser.getText();
  }

  /** The bytes that the current token has in base64. */
  byte[] base64() throws IOException {
    Bounded bytes = new Bounded();
    try {
      parser.readBinaryValue(bytes);
    } catch (IllegalArgumentException e) {
      throw bad("base64 digits", e);
    }
    return bytes.toByteArray();
  }

  /** Refuses another token than this as the current one. */
  void require(JsonToken wanted, String expected) throws IOException {
    require(token(), wanted, expected);
  }

  /** The same of a token that was just read. */
  void require(JsonToken found, JsonToken wanted, String expected) throws IOException {
    if (found != wanted) {
      throw bad(expected);
    }
  }

  /** An error at the current token. */
  BadInputException bad(String expected) {
    return BadInputException.of(place(parser.currentTokenLocation()), expected, found());
  }

  /** The same with what led to it. */
  BadInputException bad(String expected, Exception cause) {
    BadInputException bad = bad(expected);
    bad.initCause(cause);
    return bad;
  }

  /** What a record says of its fields, or a writer of an object. */
  BadInputException invalid(RuntimeException rule) {
    return BadInputException.of(place(parser.currentTokenLocation()), rule);
  }

  /** What the parser says of bytes that are no JSON. */
  BadInputException noJson(JacksonException error) {
    JsonLocation at = error.getLocation() == null ? parser.currentLocation() : error.getLocation();
    BadInputException bad = BadInputException.of(place(at), "JSON", error.getOriginalMessage());
    bad.initCause(error);
    return bad;
  }

  /** An error for a file of a later version. */
  BadInputException newer(long version, int newest) {
    return BadInputException.newer(place(parser.currentTokenLocation()), version, newest);
  }

  private BadInputException.Place place(JsonLocation at) {
    long offset = at.getByteOffset() >= 0 ? at.getByteOffset() : at.getCharOffset();
    String line = "line " + at.getLineNr() + ", column " + at.getColumnNr();
    String pointer = parser.getParsingContext().pathAsPointer().toString();
    return new BadInputException.Place(
        file, Math.max(0, offset), line, pointer.isEmpty() ? object : object + " " + pointer);
  }

  private String found() {
    JsonToken token = token();
    if (token == null) {
      return "the end";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "a list";
      case END_OBJECT, END_ARRAY -> "none";
      default -> shown();
    };
  }

  private String shown() {
    try {
      String text = parser.getText();
      boolean is = text.length() <= SHOWN_CHARS;
      return "'" + (is ? text : text.substring(0, SHOWN_CHARS) + "...") + "'";
    } catch (IOException e) {
      // It is said that something else was expected: that is enough of a string without end.
      return "what cannot be read: " + e.getClass().getSimpleName();
    }
  }

  /** Takes no more bytes than the object may have. */
  private final class Bounded extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public void write(int b) throws IOException {
      spend(1);
      bytes.write(b);
    }

    @Override
    public void write(byte[] from, int offset, int len) throws IOException {
      spend(len);
      bytes.write(from, offset, len);
    }

    byte[] toByteArray() {
      return bytes.toByteArray();
    }
  }
}
