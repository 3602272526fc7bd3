package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.format.ImageKey;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.SealSecret;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Index;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.Tail;
import dev.ckpt.format.record.Vma;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the golden image with others that are made of it. */
class DiffCommandTest {
  private static final String GOLDEN = "format-spec/src/test/resources/golden/v1-small.ckpt";

  @TempDir Path folder;
  private Path golden;

  @BeforeEach
  void find() {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve(GOLDEN))) {
      root = root.getParent();
      assertTrue(root != null, "started outside of the source tree");
    }
    golden = root.resolve(GOLDEN);
  }

  private static CommandRun diff(Object... arguments) {
    String[] words = new String[arguments.length + 1];
    words[0] = "diff";
    for (int i = 0; i < arguments.length; i++) {
      words[i + 1] = arguments[i].toString();
    }
    return CommandRun.of(words);
  }

  /** The golden image with other records in it, and each page changed in some of its bytes. */
  private Path changed(
      String name, UnaryOperator<ImageRecord> change, int nrBytes, Optional<ImageKey> key)
      throws IOException {
    Path path = folder.resolve(name);
    try (FileChannel in = FileChannel.open(golden);
        ImageReader reader = new ImageReader(in);
        FileChannel out =
            FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        ImageWriter writer = new ImageWriter(out, key)) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        ImageRecord record = next.get().record();
        if (record instanceof PageArray array) {
          ByteBuffer pages = ByteBuffer.allocateDirect(array.dataBytes()).put(reader.pages());
          for (int i = 0; i < nrBytes; i++) {
            pages.put(100 + i, (byte) ~pages.get(100 + i));
          }
          writer.writePages(array, pages.flip());
        } else if (!(record instanceof Tail || record instanceof Index)) {
          writer.reserveObjrefs(next.get().objref());
          writer.write(next.get().objref(), change.apply(record));
        }
      }
      writer.finish();
    }
    return path;
  }

  private static ImageRecord moved(ImageRecord record) {
    if (record instanceof FileRegular file) {
      return new FileRegular(file.file(), file.flags(), file.pos() + 1);
    }
    if (record instanceof Vma vma && vma.name().toString().startsWith("/memfd")) {
      return new Vma(
          vma.start() + 4096,
          vma.end(),
          vma.prot(),
          vma.mapFlags(),
          vma.vmFlags(),
          vma.pgoffBytes(),
          vma.backing(),
          vma.name(),
          vma.kind());
    }
    return record;
  }

  @Test
  void saysThatTheyAreTheSame() throws IOException {
    Path copy = Files.copy(golden, folder.resolve("copy"));
    for (CommandRun run : List.of(diff(golden, copy), diff(golden, copy, "--exact"))) {
      assertEquals(ExitCode.DONE, run.code(), run.err());
      assertEquals("", run.err());
      assertEquals(1, run.out().lines().count(), run.out());
      assertTrue(run.out().contains(" are the same"), run.out());
    }
  }

  @Test
  void saysThatTheyAreOneFile() {
    CommandRun run = diff(golden, golden);
    assertEquals(ExitCode.DONE, run.code());
    assertEquals("ckpt: note: both images are one file\n", run.err());
  }

  @Test
  void tellsWhatDiffers() throws IOException {
    CommandRun run = diff(golden, changed("b", DiffCommandTest::moved, 1, Optional.empty()));
    List<String> lines = run.out().lines().toList();
    assertAll(
        () -> assertEquals(ExitCode.DIFFERENT, run.code(), run.err()),
        () -> assertEquals("", run.err()),
        () ->
            assertTrue(
                lines.get(1).startsWith("A  2023-11-14 22:13:20 UTC  812 sleeper"), run.out()),
        () -> assertTrue(lines.contains("changed: 1 object"), run.out()),
        () -> assertTrue(lines.contains("  FILE_REGULAR of FD 5"), run.out()),
        () -> assertTrue(lines.contains("    pos  77 -> 78"), run.out()),
        () -> assertTrue(lines.contains("mappings: 1 only in A, 1 only in B"), run.out()),
        () -> assertTrue(run.out().contains("  B   7f0000001000-7f0000100000  rw-"), run.out()),
        () ->
            assertTrue(
                lines.contains("pages: 1 page (4.0 KiB) differs, none only in A, none only in B"),
                run.out()),
        () ->
            assertEquals(
                1,
                lines.stream()
                    .filter(line -> line.matches("  555555556000-55\\S+ +1 +0 +0  \\[heap\\]"))
                    .count(),
                run.out()));
  }

  @Test
  void tellsWhereTheStreamsDiffer() throws IOException {
    CommandRun run =
        diff(golden, changed("b", DiffCommandTest::moved, 1, Optional.empty()), "--exact");
    List<String> lines = run.out().lines().toList();
    assertEquals(ExitCode.DIFFERENT, run.code(), run.err());
    assertTrue(lines.get(0).endsWith("differ in 3 places"), run.out());
    assertTrue(lines.contains("    start  0x7f0000000000 -> 0x7f0000001000"), run.out());
    assertTrue(lines.contains("    byte 100  0x3e -> 0xc1"), run.out());
    assertEquals(
        1,
        lines.stream()
            .filter(line -> line.matches("  A at [0-9]+: FILE_REGULAR with objref 4"))
            .count(),
        run.out());
  }

  @Test
  void tellsScripts() throws IOException {
    Path b = changed("b", DiffCommandTest::moved, 1, Optional.empty());
    String json = diff(golden, b, "--json").out();
    for (String part :
        List.of(
            "{\"a\":\"" + golden + "\",\"b\":\"" + b + "\",\"exact\":false,\"same\":false,",
            "\"changed\":[{\"object\":\"FILE_REGULAR of FD 5\",\"what\":\"\",\"fields\":"
                + "[{\"field\":\"pos\",\"a\":\"77\",\"b\":\"78\"}]}]",
            "\"onlyInB\":[{\"object\":\"VMA 7f0000001000\",\"what\":\"/memfd:buffer (deleted)\"}]",
            "\"pages\":{\"differ\":1,\"onlyInA\":0,\"onlyInB\":0}",
            "\"what\":\"[heap]\",\"differ\":1,\"onlyInA\":0,\"onlyInB\":0,\"first\":\"5555")) {
      assertTrue(json.contains(part), part + " in " + json);
    }
    String exact = diff(golden, b, "--exact", "--json").out();
    assertTrue(exact.contains("\"exact\":true,\"same\":false,\"differences\":3,"), exact);
  }

  @Test
  void opensSealedImages() throws IOException {
    byte[] secret = new byte[40];
    Arrays.fill(secret, (byte) 7);
    Path keyFile = Files.write(folder.resolve("key"), secret);
    Files.setPosixFilePermissions(
        keyFile, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    Path sealed;
    try (SealSecret of = SealSecret.ofKeyFile(secret.clone());
        ImageKey key = of.newKey()) {
      sealed = changed("sealed", record -> record, 0, Optional.of(key));
    }
    assertEquals(ExitCode.FAILED, diff(golden, sealed).code());
    for (List<Object> words :
        List.of(
            List.<Object>of(golden, sealed, "--key-file", keyFile),
            List.<Object>of(sealed, golden, "--key-file", keyFile),
            List.<Object>of(sealed, golden, "--key-file", keyFile, "--exact"))) {
      CommandRun run = diff(words.toArray());
      assertEquals(ExitCode.DONE, run.code(), run.out() + run.err());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--exact"})
  void saysWhichImageIsWrong(String mode) throws IOException {
    byte[] whole = Files.readAllBytes(golden);
    Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, whole.length - 8));
    Path text = Files.writeString(folder.resolve("text"), "no image, but a text of some length");
    Path none = folder.resolve("none");
    for (boolean first : new boolean[] {true, false}) {
      wrong(mode, cut, first, "IMAGE_CORRUPT: " + cut + ": image offset ", ExitCode.FAILED);
      wrong(mode, text, first, "IMAGE_CORRUPT: " + text + " is no image: ", ExitCode.FAILED);
      wrong(mode, none, first, "NO_SUCH_FILE: " + none + ": there is no", ExitCode.FAILED);
      wrong(mode, folder, first, "IMAGE_IS_FOLDER: image " + folder, ExitCode.REFUSED);
    }
  }

  private void wrong(String mode, Path image, boolean first, String error, int code) {
    List<Object> words = new java.util.ArrayList<>(List.of(first ? image : golden));
    words.add(first ? golden : image);
    if (!mode.isEmpty()) {
      words.add(mode);
    }
    CommandRun run = diff(words.toArray());
    assertEquals(code, run.code(), run.err());
    assertEquals("", run.out());
    assertTrue(run.err().startsWith("ckpt: " + error), run.err());
  }

  @Test
  void oneImageCanBeAPipe() {
    String error = "ckpt: USAGE: only one of the images can come from standard input";
    assertTrue(diff("-", "-").err().startsWith(error));
    assertTrue(diff("-", "-", "--exact").err().startsWith(error));
    assertEquals(ExitCode.USAGE, diff("-", "/dev/null").code());
  }

  @Test
  void takesTwoImages() {
    assertTrue(diff().err().contains("Missing required parameter: 'B'"), diff().err());
    assertTrue(diff(golden).err().contains("Missing required parameter: 'B'"));
    assertTrue(diff(golden, golden, "c").err().contains("Unmatched argument at index 2: 'c'"));
  }
}
