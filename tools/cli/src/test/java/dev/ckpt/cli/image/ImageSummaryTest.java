package dev.ckpt.cli.image;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CorruptImageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Looks at the golden image of version 0, which every later version must read too. */
class ImageSummaryTest {
  private static final String GOLDEN = "format-spec/src/test/resources/golden/v0-small.ckpt";

  private static byte[] golden() throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve(GOLDEN))) {
      root = root.getParent();
      assertTrue(root != null, "started outside of the source tree");
    }
    return Files.readAllBytes(root.resolve(GOLDEN));
  }

  private static ReadableByteChannel channel(byte[] image) {
    return Channels.newChannel(new ByteArrayInputStream(image));
  }

  @Test
  void tellsTheTask() throws IOException {
    ImageSummary summary = ImageSummary.read(channel(golden()));

    assertTrue(summary.taskLine().startsWith("task 812 (sleeper), 1 thread, "));
  }

  @Test
  void hasASectionForEachPartOfTheTask() throws IOException {
    List<String> lines = ImageSummary.read(channel(golden())).lines();

    assertAll(
        () -> assertTrue(lines.containsAll(List.of("threads", "maps", "files", "pages"))),
        () -> assertEquals(1, count(lines, "task     812 \\(sleeper\\), parent 1, group 812.*")),
        () -> assertEquals(1, count(lines, "made     2023-11-14T22:13:20Z on host .*")),
        () -> assertEquals(1, count(lines, "measured frozen 1.23 ms")),
        () -> assertEquals(1, count(lines, "  812  sleeper +1 +8.0 KiB +yes")),
        () -> assertEquals(1, count(lines, "  555555556000-555555577000 +rw- .*\\[heap\\]")),
        () -> assertEquals(1, count(lines, "   5 +rwx? +file +77 .*")));
  }

  @Test
  void makesBytesThatAreNoTextVisible() throws IOException {
    List<String> lines = ImageSummary.read(channel(golden())).lines();

    assertTrue(lines.contains("exe      /b\\xff\\x0a\\\\"), lines.toString());
  }

  @Test
  void countsPagesByMapping() throws IOException {
    List<String> lines = ImageSummary.read(channel(golden())).lines();

    // One page of data; of the zeros only those that lie in the mapping.
    assertEquals(1, count(lines, "  5555.* anon-private +132.0 KiB +1 +32 +\\[heap\\]"));
    assertEquals(1, count(lines, "  anon-private +1 +132.0 KiB +1 +32 +4.0 KiB"));
  }

  @Test
  void jsonHasWhatTheLinesHave() throws IOException {
    String json = ImageSummary.read(channel(golden())).json("a.ckpt").toString();

    assertTrue(json.startsWith("{\"image\":\"a.ckpt\",\"imageBytes\":" + golden().length), json);
    for (String part :
        new String[] {
          "\"task\":{\"pid\":812,",
          "\"threads\":[{\"tid\":812,\"comm\":\"sleeper\"}]",
          "\"pages\":1,",
          "\"offset\":77"
        }) {
      assertTrue(json.contains(part), part + " in " + json);
    }
  }

  @Test
  void countsEverythingOfAWholeImage() throws IOException {
    byte[] image = golden();
    ImageCounts counts = ImageCounts.verify(channel(image));

    assertAll(
        () -> assertEquals(image.length, counts.imageBytes()),
        () -> assertEquals(1, counts.pageArrays()),
        () -> assertEquals(1, counts.dataPages()),
        () -> assertEquals(0x8000_0000L, counts.zeroPages()),
        () -> assertTrue(counts.line().contains("1 page array, 1 page (4.0 KiB)")));
  }

  @Test
  void refusesACutAndAFlippedBitAndAByteTooMany() throws IOException {
    byte[] image = golden();
    byte[] flipped = image.clone();
    flipped[image.length / 2] ^= 1;

    for (byte[] damaged :
        List.of(
            Arrays.copyOf(image, image.length - 1),
            Arrays.copyOf(image, image.length + 1),
            new byte[0],
            flipped)) {
      assertThrows(CorruptImageException.class, () -> ImageCounts.verify(channel(damaged)));
    }
  }

  private static long count(List<String> lines, String pattern) {
    return lines.stream().filter(line -> line.matches(pattern)).count();
  }
}
