package dev.ckpt.convert.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import dev.ckpt.convert.BadInputException;
import dev.ckpt.format.ByteString;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How values look, and that they come back. */
class ShapesTest {
  private static String write(Shape shape, Object value) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      shape.write(value, out);
    }
    return text.toString();
  }

  private static Object read(Shape shape, String json) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      JsonInput in = new JsonInput(parser, "test");
      in.begin("value", 1 << 20);
      in.next();
      return shape.read(in);
    }
  }

  private static void looks(Shape shape, Object value, String json) throws IOException {
    assertEquals(json, write(shape, value));
    assertEquals(value, read(shape, json));
  }

  private static ByteString hex(String digits) {
    return ByteString.of(HexFormat.of().parseHex(digits));
  }

  @Test
  void numbersLookAsPeopleReadThem() throws IOException {
    looks(NumberShape.ofInt("pid"), -1, "-1");
    looks(NumberShape.ofInt("euid"), -1, "4294967295");
    looks(NumberShape.ofInt("fdFlags"), 0x8000_0001, "\"0x80000001\"");
    looks(NumberShape.ofInt("fileMode"), 0100644, "\"0o100644\"");
    looks(NumberShape.ofLong("start"), -1L, "\"0xffffffffffffffff\"");
    looks(NumberShape.ofLong("pos"), -5L, "-5");
    looks(NumberShape.ofLong("size"), (1L << 53) - 1, "9007199254740991");
    looks(NumberShape.ofLong("size"), 1L << 53, "\"9007199254740992\"");
    looks(NumberShape.ofLong("size"), Long.MIN_VALUE, "\"-9223372036854775808\"");
  }

  @Test
  void numbersAreReadInAnyForm() throws IOException {
    for (String json : new String[] {"255", "\"255\"", "\"0xff\"", "\"0xFF\"", "\"0o377\""}) {
      assertEquals(255, read(NumberShape.ofInt("pid"), json));
      assertEquals(255L, read(NumberShape.ofLong("size"), json));
    }
    assertEquals(-1L, read(NumberShape.ofLong("size"), "18446744073709551615"));
    assertEquals(-1, read(NumberShape.ofInt("pid"), "4294967295"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "18446744073709551616",
        "-9223372036854775809",
        "\"0x10000000000000000\"",
        "\"0o2000000000000000000000\"",
        "\" 1\"",
        "\"+1\"",
        "\"01\"",
        "\"1e3\"",
        "1e3",
        "true",
        "null"
      })
  void otherNumbersAreRefused(String json) {
    assertThrows(BadInputException.class, () -> read(NumberShape.ofLong("size"), json));
  }

  @Test
  void bytesAreTextWhereTheyAre() throws IOException {
    Shape bytes = new BytesShape();
    looks(bytes, ByteString.of("/tmp/a \"b\"\n"), "\"/tmp/a \\\"b\\\"\\n\"");
    looks(bytes, ByteString.of("gr\u00fc\u00df \ud83d\ude00"), "\"gr\u00fc\u00df \ud83d\ude00\"");
    looks(bytes, ByteString.EMPTY, "\"\"");
    looks(bytes, hex("00"), "{\"hex\":\"00\"}");
    looks(bytes, hex("c3"), "{\"hex\":\"c3\"}");
    looks(bytes, hex("1b5b316d"), "{\"hex\":\"1b5b316d\"}");
    // What turns the direction of a line, and a private character.
    looks(bytes, hex("e280ae"), "{\"hex\":\"e280ae\"}");
    looks(bytes, hex("ee8080"), "{\"hex\":\"ee8080\"}");
    assertTrue(write(bytes, ByteString.of(new byte[129])).startsWith("{\"base64\":\"AAAA"));
    assertTrue(write(bytes, ByteString.of("a".repeat((64 << 10) + 1))).startsWith("{\"base64\""));
  }

  @Test
  void anyBytesComeBack() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      byte[] any = new byte[random.nextInt(200)];
      random.nextBytes(any);
      for (int j = 0; j < any.length && i % 2 == 0; j++) {
        any[j] = (byte) (any[j] & 0x7f);
      }
      ByteString value = ByteString.of(any);
      assertEquals(value, read(new BytesShape(), write(new BytesShape(), value)), "seed " + seed);
    }
  }

  @Test
  void socketAddressesAreAddressAndPort() throws IOException {
    Shape address = new SocketAddressShape();
    looks(
        address, hex("02001f907f0000010000000000000000"), "{\"inet\":\"127.0.0.1\",\"port\":8080}");
    looks(
        address,
        hex("0a001f900000000520010db8000000000000000000000001" + "02000000"),
        "{\"inet6\":\"2001:db8:0:0:0:0:0:1\",\"port\":8080,\"flowinfo\":\"0x5\",\"scope\":2}");
    // With bytes where zeros belong it is none.
    looks(
        address,
        hex("02001f907f0000010000000000000001"),
        "{\"hex\":\"02001f907f0000010000000000000001\"}");
    looks(address, ByteString.of("/run/socket"), "\"/run/socket\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"inet\":\"127.0.0\",\"port\":1}",
        "{\"inet\":\"127.0.0.256\",\"port\":1}",
        "{\"inet\":\"127.0.0.01\",\"port\":1}",
        "{\"inet\":\"localhost\",\"port\":1}",
        "{\"inet\":\"127.0.0.1\",\"port\":65536}",
        "{\"inet\":\"127.0.0.1\",\"port\":-1}",
        "{\"inet\":\"127.0.0.1\"}",
        "{\"inet\":\"127.0.0.1\",\"port\":1,\"scope\":0}",
        "{\"inet6\":\"::1\",\"port\":1}",
        "{\"inet6\":\"1::2::3\",\"port\":1,\"flowinfo\":0,\"scope\":0}",
        "{\"inet7\":\"1\",\"port\":1}",
        "[]"
      })
  void otherAddressesAreRefused(String json) {
    assertThrows(BadInputException.class, () -> read(new SocketAddressShape(), json));
  }

  @ParameterizedTest
  @CsvSource({
    "::, 0:0:0:0:0:0:0:0",
    "::1, 0:0:0:0:0:0:0:1",
    "1::, 1:0:0:0:0:0:0:0",
    "1:2::7:8, 1:2:0:0:0:0:7:8",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    "ABCD::FFFF, abcd:0:0:0:0:0:0:ffff"
  })
  void zerosOfAnAddressMayBeLeftOut(String text, String whole) {
    byte[] address = IpText.inet6(text).orElseThrow();
    assertEquals(whole, IpText.ofInet6(ByteBuffer.wrap(address)));
    assertEquals(16, address.length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::"})
  void whatIsNoAddressIsNone(String text) {
    assertTrue(IpText.inet6(text).isEmpty(), text);
  }
}
