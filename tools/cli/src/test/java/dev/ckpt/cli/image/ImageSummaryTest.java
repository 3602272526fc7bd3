package dev.ckpt.cli.image;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.cli.text.Layout;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.ParentSource;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Looks at the golden image. */
class ImageSummaryTest {
  private static final Layout ALL = Layout.ofEverything();
  private static final Layout TERMINAL = Layout.ofTerminal(Map.of());

  private static byte[] golden() throws IOException {
    return GoldenImage.bytes();
  }

  private static List<String> lines(byte[] image, Layout layout) throws IOException {
    return ImageSummary.read(GoldenImage.channel(image), KeySource.NONE, ParentSource.NONE)
        .lines(layout);
  }

  @Test
  void tellsTheTask() throws IOException {
    ImageSummary summary =
        ImageSummary.read(GoldenImage.channel(golden()), KeySource.NONE, ParentSource.NONE);

    assertTrue(summary.taskLine().startsWith("task 812 (sleeper), 1 thread, "));
  }

  @Test
  void tellsOfTheProcessFirst() throws IOException {
    List<String> lines = lines(golden(), TERMINAL);

    assertAll(
        () ->
            assertEquals(
                "sleeper, process 812, dumped on host, 2023-11-14 22:13:20 UTC", lines.get(0)),
        () -> assertEquals(1, count(lines, "  family    parent 1, process group 812, .*")),
        () -> assertEquals(1, count(lines, "  frozen    1.23 ms")),
        () -> assertEquals(1, count(lines, "  made by   ckpt 0.1.0, Linux 6.9.1-test")));
  }

  @Test
  void hasASectionForEachPartOfTheTask() throws IOException {
    List<String> lines = lines(golden(), ALL);

    assertAll(
        () ->
            assertEquals(
                List.of("memory", "files", "threads", "mappings", "kinds"),
                lines.stream()
                    .filter(line -> line.matches("[a-z]+: .*"))
                    .map(line -> line.substring(0, line.indexOf(':')))
                    .toList()),
        () -> assertEquals(1, count(lines, "  812  sleeper +1 +8.0 KiB +yes")),
        () -> assertEquals(1, count(lines, "  555555556000-555555577000 +rw- .*\\[heap\\]")),
        () -> assertEquals(1, count(lines, "   5 +rw, cloexec +file +77 .*")));
  }

  @Test
  void makesBytesThatAreNoTextVisible() throws IOException {
    List<String> lines = lines(golden(), TERMINAL);

    assertTrue(lines.contains("  program   /b\\xff\\x0a\\\\"), lines.toString());
  }

  @Test
  void namesInOtherLanguagesAreText() {
    assertEquals("/größe", ImageSummary.text(ByteString.of("/größe")));
    assertEquals("/\\xff", ImageSummary.text(ByteString.of(new byte[] {'/', (byte) 0xff})));
  }

  @Test
  void countsAMemoryObjectWithItsMappings() throws IOException {
    List<String> lines = lines(golden(), ALL);

    assertAll(
        () -> assertEquals(1, count(lines, " +- +1.0 MiB +1  /memfd:buffer \\(deleted\\)")),
        () -> assertEquals(1, count(lines, " +- +- +-  /tmp/gone \\(deleted\\)")),
        () -> assertEquals(0, count(lines, " +- .*memory object.*")));
  }

  @Test
  void countsPagesByMapping() throws IOException {
    List<String> lines = lines(golden(), ALL);

    // One page of data; of the zeros only those that lie in the mapping.
    assertEquals(1, count(lines, "  5555.* anon-private +132.0 KiB +1 +32 +\\[heap\\]"));
    assertEquals(1, count(lines, "  anon-private +1 +132.0 KiB +1 +32 +4.0 KiB"));
    assertEquals(1, count(lines, "  +4.0 KiB +132.0 KiB +1 +\\[heap\\]"));
  }

  @Test
  void aTerminalSeesWhatMattersMostWithinItsColumns() throws IOException {
    List<String> lines = lines(GoldenImage.wide(), TERMINAL);

    assertAll(
        () -> assertTrue(lines.stream().allMatch(line -> line.length() <= 80), text(lines)),
        () -> assertTrue(lines.size() < 50, text(lines)),
        () -> assertEquals(1, count(lines, "  +4.0 KiB .* \\[heap\\]")),
        () -> assertEquals(1, count(lines, "  and 24 more with -; -v shows them"), text(lines)),
        () -> assertEquals(1, count(lines, "  and 18 more; -v shows them"), text(lines)),
        () -> assertTrue(count(lines, ".* \\.\\.\\./(folder/)+lib[0-9]+\\.so") > 1, text(lines)));
  }

  @Test
  void aPipeGetsAllOfIt() throws IOException {
    List<String> lines = lines(GoldenImage.wide(), ALL);

    assertEquals(0, count(lines, ".* more.*"));
    assertEquals(2 * (GoldenImage.MANY - 1), count(lines, ".*/a/(folder/){10}lib[0-9]+\\.so"));
    assertEquals(GoldenImage.MANY, count(lines, " +[0-9]+ +rw, cloexec +file .*"));
  }

  private static String text(List<String> lines) {
    return String.join("\n", lines);
  }

  @Test
  void jsonHasWhatTheLinesHave() throws IOException {
    String json =
        ImageSummary.read(GoldenImage.channel(golden()), KeySource.NONE, ParentSource.NONE)
            .json("a.ckpt")
            .toString();

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
    ImageCounts counts =
        ImageCounts.verify(GoldenImage.channel(image), KeySource.NONE, ParentSource.NONE);

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
      assertThrows(
          CorruptImageException.class,
          () ->
              ImageCounts.verify(GoldenImage.channel(damaged), KeySource.NONE, ParentSource.NONE));
    }
  }

  private static long count(List<String> lines, String pattern) {
    return lines.stream().filter(line -> line.matches(pattern)).count();
  }
}
