package dev.ckpt.convert.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.convert.Converted;
import dev.ckpt.convert.Golden;
import dev.ckpt.format.KeySource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * docs/image.schema.json is what the code says, and images as JSON are what it says. It is made
 * anew with {@code -Dckpt.writeSchema=true}.
 */
class JsonSchemaTest {
  private static final Path DOCUMENT = Path.of("../../docs/image.schema.json");
  private static final JsonFormat JSON = new JsonFormat();

  @TempDir private Path folder;

  @BeforeAll
  static void writeAnew() throws IOException {
    if (Boolean.getBoolean("ckpt.writeSchema")) {
      Files.writeString(DOCUMENT, JsonSchema.text());
    }
  }

  @Test
  void theDocumentIsWhatTheCodeSays() throws IOException {
    assertEquals(
        JsonSchema.text(), Files.readString(DOCUMENT), "make it anew with -Dckpt.writeSchema=true");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v1-small.ckpt",
        "v1-child.ckpt",
        "v1-pre-dump.ckpt",
        "v1-lz4.ckpt",
        "v1-zstd.ckpt"
      })
  void allowsEveryGoldenImage(String name) throws IOException {
    byte[] image = Golden.image(name);
    Object schema = JsonTree.of(Files.readString(DOCUMENT));
    for (byte[] json :
        List.of(
            Converted.inline(JSON, image), Converted.beside(JSON, image, KeySource.NONE, folder))) {
      Object document = JsonTree.of(new String(json, UTF_8));
      assertEquals(List.of(), SchemaCheck.faults(schema, document));
    }
  }

  /** What the reader refuses as no field, no number and no constant, the schema does too. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"pid\": [0-9]+ -> \"pid\": \"x\"",
        "\"pid\": [0-9]+ -> \"pid\": 4294967296",
        "\"pid\": -> \"pId\":",
        "\"kind\": \"[A-Z_]+\" -> \"kind\": \"NONE\"",
        "\"type\": \"TASK\", -> \"type\": \"TASK\", \"more\": 1,",
        "\"type\": \"TASK\" -> \"type\": \"TUSK\"",
        "\"version\": 1 -> \"version\": 2"
      })
  void allowsNothingElse(String change) throws IOException {
    String json = new String(Converted.inline(JSON, Golden.image("v1-small.ckpt")), UTF_8);
    String[] sides = change.split(" -> ");
    String changed = json.replaceFirst(sides[0], sides[1]);
    assertNotEquals(json, changed);
    Object schema = JsonTree.of(Files.readString(DOCUMENT));
    assertTrue(!SchemaCheck.faults(schema, JsonTree.of(changed)).isEmpty());
  }

  @Test
  void saysWhichFieldsThereAre() throws IOException {
    Map<?, ?> schema = (Map<?, ?>) JsonTree.of(JsonSchema.text());
    Map<?, ?> fd = (Map<?, ?>) ((Map<?, ?>) schema.get("$defs")).get("FD");
    assertEquals(List.of("type", "fd", "fdFlags", "file"), fd.get("required"));
  }
}
