package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Index;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.Tail;
import dev.ckpt.format.record.Vma;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A page, strings and matches of the golden image with other memory in it. */
class ShowMemoryTest {
  private static final Path GOLDEN =
      Path.of("../../format-spec/src/test/resources/golden/v1-small.ckpt");

  private static final int PAGE = 4096;
  private static final ByteString HOSTILE = ByteString.of("[\u001b[2Jheap]\n");

  @TempDir Path folder;
  private Path image;

  @BeforeEach
  void makeAnImage() throws IOException {
    byte[] page = new byte[PAGE];
    Arrays.fill(page, 0x100, 0x200, (byte) 0xee);
    put(page, 0x20, "sixteen letters.");
    put(page, 0x310, "\u001b]0;owned\u0007 a string with\ttab and \u001b[31m colour\u009b");
    put(page, PAGE - 4, "end!");
    image = write(page, ByteString.of("[heap]"));
  }

  private static void put(byte[] page, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, page, at, bytes.length);
  }

  /** The golden image with this content of its one page of data, in a mapping of this name. */
  private Path write(byte[] page, ByteString name) throws IOException {
    Path file = folder.resolve("image");
    try (ImageReader reader = new ImageReader(Files.newByteChannel(GOLDEN));
        ImageWriter writer = new ImageWriter(Channels.newChannel(Files.newOutputStream(file)))) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        ImageRecord record = next.get().record();
        if (record instanceof PageArray array) {
          ByteBuffer content = ByteBuffer.allocateDirect(PAGE).put(page).flip();
          writer.writePages(array, reader.pages().hasRemaining() ? content : reader.pages());
        } else if (!(record instanceof Tail || record instanceof Index)) {
          for (int last = 0; last < next.get().objref(); ) {
            last = writer.nextObjref();
          }
          writer.write(next.get().objref(), renamed(record, name));
        }
      }
      writer.finish();
    }
    return file;
  }

  private static ImageRecord renamed(ImageRecord record, ByteString name) {
    if (!(record instanceof Vma vma) || !vma.name().toString().equals("[heap]")) {
      return record;
    }
    return new Vma(
        vma.start(),
        vma.end(),
        vma.prot(),
        vma.mapFlags(),
        vma.vmFlags(),
        vma.pgoffBytes(),
        vma.backing(),
        name,
        vma.kind());
  }

  private CommandRun show(String... more) {
    List<String> words = new ArrayList<>(List.of("show", image.toString()));
    words.addAll(List.of(more));
    return CommandRun.of(words.toArray(String[]::new));
  }

  private String shown(int code, String... more) {
    CommandRun run = show(more);
    assertEquals(code, run.code(), run.toString());
    assertEquals("", run.err());
    return run.out();
  }

  @ParameterizedTest
  @ValueSource(strings = {"555555556000", "0x555555556fff"})
  void showsAPageAsHexdumpDoes(String addr) {
    assertEquals(
        """
        page 555555556000 of [heap]
          mapping   555555556000-555555577000 rw-, anon-private
          content   data, in this image

        555555556000 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 |................|
        *
        555555556020 73 69 78 74 65 65 6e 20  6c 65 74 74 65 72 73 2e |sixteen letters.|
        555555556030 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 |................|
        *
        555555556100 ee ee ee ee ee ee ee ee  ee ee ee ee ee ee ee ee |................|
        *
        555555556200 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 |................|
        *
        555555556310 1b 5d 30 3b 6f 77 6e 65  64 07 20 61 20 73 74 72 |.]0;owned. a str|
        555555556320 69 6e 67 20 77 69 74 68  09 74 61 62 20 61 6e 64 |ing with.tab and|
        555555556330 20 1b 5b 33 31 6d 20 63  6f 6c 6f 75 72 c2 9b 00 | .[31m colour...|
        555555556340 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 |................|
        *
        555555556ff0 00 00 00 00 00 00 00 00  00 00 00 00 65 6e 64 21 |............end!|
        555555557000
        """,
        shown(ExitCode.DONE, "--page", addr));
    assertEquals(256 + 5, shown(ExitCode.DONE, "-v", "--page", addr).lines().count());
  }

  @Test
  void saysWhatAPageIsThatHasNoData() {
    String zero = shown(ExitCode.DONE, "--page=555555558000");
    assertTrue(
        zero.contains("\n  content   zeros, in this image, where they take no room\n"), zero);
    assertTrue(zero.endsWith("|\n*\n555555559000\n"), zero);
    String none = shown(ExitCode.NOT_FOUND, "--page=5000");
    assertTrue(none.contains("\n  content   none: no mapping has it\n  above     55555"), none);
    String shared = shown(ExitCode.DONE, "--page=7f0000003123");
    assertTrue(shared.contains("\n  offset    4000 in the object\n"), shared);
    assertTrue(shared.contains("\n  content   zeros: it was never written"), shared);
    String object = shown(ExitCode.DONE, "--page=3000", "--in=buffer");
    assertTrue(object.startsWith("page 3000 of /memfd:buffer (deleted)\n"), object);
    assertEquals(ExitCode.FAILED, show("--page=3000", "--in=heap").code());
    assertEquals(ExitCode.NOT_FOUND, show("--page=fff000", "--in=buffer").code());
  }

  @Test
  void findsTextWithWhatIsAroundIt() {
    String dots = ".".repeat(16);
    assertEquals(
        "555555556020  [heap]            |" + dots + "sixteen letters." + dots.repeat(2) + "|\n",
        shown(ExitCode.DONE, "--search", "sixteen letters."));
    assertEquals(
        "555555556028  [heap]            |"
            + "........sixteen letters"
            + "."
            + dots.repeat(2)
            + ".".repeat(8)
            + "|\n",
        shown(ExitCode.DONE, "--search", "letters", "--in", "heap"));
  }

  @Test
  void findsBytesOnTheBorderOfPages() {
    String line = shown(ExitCode.DONE, "--search-hex", "656e6421 0000");
    assertTrue(line.startsWith("555555556ffc  [heap]            00 00"), line);
    assertTrue(line.contains(" 00 65 6e 64 21 00 00 00 "), line);
    assertEquals(1, line.lines().count());
  }

  @Test
  void endsWith4WhereNothingIsFound() {
    CommandRun run = show("--search", "nothing");
    assertEquals("", run.out());
    assertEquals("ckpt: note: nothing found in 4.0 KiB\n", run.err());
    CommandRun json = show("--search", "nothing", "--json");
    assertEquals(ExitCode.NOT_FOUND, json.code());
    assertTrue(
        json.out().contains("\"matches\":[],\"found\":0,\"searchedBytes\":4096"), json.out());
  }

  @Test
  void listsStrings() {
    String heap = "[heap]            ";
    assertEquals(
        "555555556020  "
            + heap
            + "sixteen letters.\n"
            + "555555556311  "
            + heap
            + "]0;owned\n"
            + "55555555631a  "
            + heap
            + " a string with\\ttab and \n"
            + "555555556332  "
            + heap
            + "[31m colour\n"
            + "555555556ffc  "
            + heap
            + "end!\n",
        shown(ExitCode.DONE, "--strings"));
    assertEquals(2, shown(ExitCode.DONE, "--strings=12").lines().count());
    assertEquals(2, shown(ExitCode.DONE, "--strings=12", "--in=555555576fff").lines().count());
    String json = shown(ExitCode.DONE, "--strings=20", "--json");
    assertEquals(
        "{\"image\":\""
            + image
            + "\",\"strings\":[{\"address\":\"55555555631a\",\"in\":\"[heap]\","
            + "\"text\":\" a string with\\ttab and \"}],\"found\":1,\"searchedBytes\":4096,"
            + "\"fileBytes\":0}\n",
        json);
  }

  @Test
  void sendsNothingToTheTerminalThatSteersIt() throws IOException {
    write(controls(), HOSTILE);
    for (String[] words :
        List.of(
            new String[] {"--strings=1"},
            new String[] {"--search", "x"},
            new String[] {"--search-hex", "78"},
            new String[] {"--page", "555555556000"})) {
      CommandRun run = show(words);
      assertEquals(ExitCode.DONE, run.code(), run.toString());
      assertTrue(run.out().contains("\\u{1b}[2Jheap]\\u{a}"), run.out());
      assertTrue(run.out().chars().allMatch(c -> c == '\n' || c >= ' ' && c < 0x7f), run.out());
    }
  }

  private static byte[] controls() {
    byte[] page = new byte[PAGE];
    for (int i = 0; i < PAGE; i++) {
      page[i] = (byte) (i % 3 == 0 ? 'x' : i / 3);
    }
    return page;
  }

  @Test
  void readsACompressedImage() {
    String plain =
        shown(ExitCode.DONE, "--search=end!") + shown(ExitCode.DONE, "--page=555555556000");
    Path small = folder.resolve("small");
    CommandRun merged =
        CommandRun.of(
            "merge", image.toString(), "-o", small.toString(), "--compress=zstd", "--no-sync");
    assertEquals(ExitCode.DONE, merged.code(), merged.toString());
    image = small;
    assertEquals(
        plain, shown(ExitCode.DONE, "--search=end!") + shown(ExitCode.DONE, "--page=555555556000"));
  }

  @Test
  void saysOfADamagedImageWhatIsWrong() throws IOException {
    byte[] bytes = Files.readAllBytes(image);
    try (ImageFile file = ImageFile.open(image)) {
      long at = file.pageArray(0).offset();
      for (int i = 0; i < file.nrPageArrays(); i++) {
        at = file.pageArray(i).addr() == 0x555555556000L ? file.pageArray(i).offset() : at;
      }
      bytes[(int) at + 30] ^= 1;
    }
    Files.write(image, bytes);
    for (String option : List.of("--search=x", "--strings", "--page=555555556000")) {
      CommandRun run = show(option);
      assertEquals(ExitCode.FAILED, run.code(), run.toString());
      assertTrue(run.err().startsWith("ckpt: IMAGE_CORRUPT: "), run.err());
      assertTrue(run.err().contains(image + ": image offset "), run.err());
      CommandRun json = show(option, "--json");
      assertEquals(ExitCode.FAILED, json.code());
      String begin = option.startsWith("--page") ? "{\"error\":" : "[],\"error\":";
      assertTrue(json.out().contains(begin + "{\"code\":\"IMAGE_CORRUPT\""), json.out());
      assertTrue(json.out().endsWith("}}\n"), json.out());
      assertEquals(1, json.out().lines().count());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--page=xyz              | is no address",
        "--page=12345678901234567 | is no address",
        "--strings=0             | is no length",
        "--strings=x             | is no length",
        "--search=               | give 1 to 1024 bytes",
        "--search-hex=0          | is no bytes",
        "--search-hex=0g         | is no bytes",
        "--search-hex=0000       | zeros are everywhere",
        "--in=heap               | --in belongs to",
        "--strings --page=0      | one thing at a time",
        "--search=x --search-hex=00 | one thing at a time",
      })
  void refusesWhatMakesNoSense(String words, String why) {
    CommandRun run = show(words.split(" +"));
    assertEquals(ExitCode.USAGE, run.code(), run.toString());
    assertTrue(run.err().contains(why), run.err());
    assertFalse(run.err().contains("\n\n"));
  }

  @Test
  void readsAFileOnlyAndKnowsItsMappings() {
    assertEquals(ExitCode.USAGE, CommandRun.of("show", "-", "--strings").code());
    CommandRun run = show("--strings", "--in=nothing");
    assertEquals(ExitCode.FAILED, run.code());
    assertTrue(run.err().startsWith("ckpt: MAPPING_UNKNOWN: "), run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--strings=1", "--search=e", "--page=555555556000", "--strings=1 --json"})
  void endsQuietlyWhenNobodyReads(String words) {
    java.io.ByteArrayOutputStream err = new java.io.ByteArrayOutputStream();
    NoticingStream out =
        new NoticingStream(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
              }
            });
    Console console =
        new Console(
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            out::readerGone);
    Ending ending = new Ending(console);
    int code = Main.run(("show " + image + " " + words).split(" "), console, ending);
    ending.over(code);
    assertEquals(ExitCode.READER_GONE, code, err.toString(StandardCharsets.UTF_8));
    assertEquals("", err.toString(StandardCharsets.UTF_8));
  }
}
