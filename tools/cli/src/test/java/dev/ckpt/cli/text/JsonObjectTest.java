package dev.ckpt.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class JsonObjectTest {
  @Test
  void writesMembersInOrderOnOneLine() {
    JsonObject object =
        new JsonObject()
            .put("pid", 812)
            .put("image", "a.ckpt")
            .put("stopped", false)
            .putMillis("frozenMillis", 3_217_999)
            .put("none", List.of())
            .put("list", List.of(1, "two", new JsonObject()))
            .put("inner", new JsonObject().put("x", 1));

    assertEquals(
        "{\"pid\":812,\"image\":\"a.ckpt\",\"stopped\":false,\"frozenMillis\":3.217,"
            + "\"none\":[],\"list\":[1,\"two\",{}],\"inner\":{\"x\":1}}",
        object.toString());
  }

  @Test
  void writesAnEmptyObject() {
    assertEquals("{}", new JsonObject().toString());
  }

  @Test
  void escapesWhatJsonDoesNotAllow() {
    assertEquals(
        "{\"a\":\"\\\"\\\\\\n\\t\\u0001\\u001b\\u007f\"}",
        new JsonObject().put("a", "\"\\\n\t\u0001\u001b\u007f").toString());
  }

  @Test
  void keepsLettersOfAllScripts() {
    assertEquals(
        "{\"a\":\"\u00e4\u4e2d\ud83d\ude00\"}",
        new JsonObject().put("a", "\u00e4\u4e2d\ud83d\ude00").toString());
  }

  @Test
  void escapesHalvesOfSurrogatePairs() {
    assertEquals(
        "{\"a\":\"\\ud83d \\ude00\\ud83d\"}",
        new JsonObject().put("a", "\ud83d \ude00\ud83d").toString());
  }

  @Test
  void neverWritesMillisecondsWithAnExponent() {
    assertEquals(
        "{\"a\":0.000,\"b\":86400000.000}",
        new JsonObject().putMillis("a", 0).putMillis("b", 86_400_000_000_000L).toString());
  }

  @Test
  void refusesAMemberThatStandsThereTwice() {
    JsonObject object = new JsonObject().put("a", 1);

    assertThrows(IllegalArgumentException.class, () -> object.put("a", 2));
  }
}
