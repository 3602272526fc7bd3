package dev.ckpt.convert.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.convert.BadInputException;
import dev.ckpt.convert.Converted;
import dev.ckpt.convert.Golden;
import dev.ckpt.format.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JSON in which something has no end: it is refused before it has taken much. */
class EndlessJsonTest {
  private static final JsonFormat JSON = new JsonFormat();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A beginning, and then the same for ever. */
  private static final class Endless extends InputStream {
    private final byte[] head;
    private final byte[] again;
    private long read;

    Endless(String head, String again) {
      this.head = head.getBytes(UTF_8);
      this.again = again.getBytes(UTF_8);
    }

    @Override
    public int read() {
      int b =
          read < head.length
              ? head[(int) read]
              : again[(int) ((read - head.length) % again.length)];
      read++;
      return b & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int len) {
      for (int i = 0; i < len; i++) {
        bytes[offset + i] = (byte) read();
      }
      return len;
    }
  }

  private static String json() throws IOException {
    return new String(Converted.inline(JSON, Golden.image("v1-small.ckpt")), UTF_8);
  }

  /** The golden image up to where something begins, which then goes on for ever. */
  private static void refused(String upTo, String begin, String again, long maxBytes)
      throws IOException {
    String json = json();
    Endless endless =
        new Endless(json.substring(0, json.indexOf(upTo) + upTo.length()) + begin, again);
    Assertions.assertTimeoutPreemptively(
        PATIENCE,
        () -> assertThrows(BadInputException.class, () -> Converted.image(JSON, endless)));
    assertTrue(endless.read < maxBytes, endless.read + " bytes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"comm\": | \" | a",
        "\"comm\": | {\"hex\": \" | 00",
        "\"pid\": | 1 | 1",
        "\"pid\": | \" | 1",
        "{\"type\": \"TASK\", | \" | name",
        "\"groups\": | [ | [",
        "{\"type\": \"TASK\", | \"pid\": | {\"pid\":",
        "{\"type\": \"TASK\", | \"objref\": 0 | , \"objref\": 0",
      })
  void textsNamesNumbersAndNesting(String upTo, String begin, String again) throws IOException {
    refused(upTo.strip(), begin.strip(), again.strip(), 100L << 20);
  }

  /** As many as an object can have bytes, however many it may have. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"comm\": | {\"base64\": \" | AAAA",
        "\"groups\": | [0 | ,0",
        "\"limits\": | [{\"cur\": 0, \"max\": 0} | ,{\"cur\": 0, \"max\": 0}",
        "\"pages\": | [{\"zeros\": 0} | ,{\"zeros\": 0}",
        "\"pages\": | [\"\" | ,{\"hex\": \"00\"}",
      })
  void bytesAndLists(String upTo, String begin, String again) throws IOException {
    refused(upTo.strip(), begin.strip(), again.strip(), 32L * Limits.MAX_PAYLOAD_BYTES);
  }

  @Test
  void unknownObjects() throws IOException {
    String head = "\n{\"type\": 999, \"payload\": {\"base64\": \"";
    String json = json();
    int second = json.indexOf("\n{\"type\": \"TASK\"");
    Endless endless = new Endless(json.substring(0, second) + head, "AAAA");
    Assertions.assertTimeoutPreemptively(
        PATIENCE,
        () -> assertThrows(BadInputException.class, () -> Converted.image(JSON, endless)));
    assertTrue(endless.read < 2L * Limits.MAX_UNKNOWN_PAYLOAD_BYTES, endless.read + " bytes");
  }
}
