package dev.ckpt.core.proc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.format.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkReaderTest {

  /** Names as chars below 256, one for each byte. */
  private static final List<String> NAMES =
      List.of(
          "plain",
          "a b%41?#",
          "new\nline",
          "not utf-8 \u00ff\u00fe\u0080",
          "u\u00c3\u00bcmlaut",
          "\u00ef\u00bf\u00bd replacement character itself",
          "half \u00c3",
          "..\u00ff",
          "blank at the end\u00ff ");

  /** A path with exactly these bytes, which Path.of cannot be told in every locale. */
  private static Path exact(Path folder, String latin1Name) {
    StringBuilder uri = new StringBuilder(folder.toUri().toString());
    for (byte b : Captured.latin1(latin1Name)) {
      uri.append(String.format("%%%02x", b & 0xff));
    }
    return Path.of(URI.create(uri.toString()));
  }

  @Test
  void readsEveryByteOfATarget(@TempDir Path folder) throws Exception {
    for (String name : NAMES) {
      Path target = exact(folder, name);
      Path link = folder.resolve("link");
      Files.createSymbolicLink(link, target);
      ByteString wanted =
          Captured.name(folder.toString() + "/" + name); // the temp folder's name is ASCII
      assertEquals(wanted, LinkReader.read(link), name);
      Files.delete(link);
      Files.createSymbolicLink(link, folder.relativize(target));
      assertEquals(Captured.name(name), LinkReader.read(link), name);
      Files.delete(link);
    }
  }

  @Test
  void readsAFolderWithoutASlashBehindIt(@TempDir Path folder) throws Exception {
    Path target = Files.createDirectory(exact(folder, "d\u00ff"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), target);
    assertEquals(Captured.name(folder + "/d\u00ff"), LinkReader.read(link));
  }

  @Test
  void readsTheRoot(@TempDir Path folder) throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("/"));
    assertEquals(Captured.name("/"), LinkReader.read(link));
    Files.delete(link);
  }

  /** What a JVM thinks of names depends on the locale it was started in. */
  @ParameterizedTest
  @ValueSource(strings = {"C", "POSIX", "C.UTF-8"})
  void readsTheSameInEveryLocale(String locale, @TempDir Path folder) throws Exception {
    ByteArrayOutputStream wanted = new ByteArrayOutputStream();
    for (String name : NAMES) {
      Files.createSymbolicLink(folder.resolve("l" + NAMES.indexOf(name)), exact(folder, name));
      wanted.write(Captured.latin1(folder + "/" + name + "\0"));
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName(),
            folder.toString());
    builder.environment().put("LC_ALL", locale);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process child = builder.start();
    byte[] said;
    try (InputStream out = child.getInputStream()) {
      said = out.readAllBytes();
    }
    if (!child.waitFor(20, TimeUnit.SECONDS)) {
      child.destroyForcibly();
    }
    assertEquals(
        wanted.toString(StandardCharsets.ISO_8859_1),
        new String(said, StandardCharsets.ISO_8859_1));
    assertArrayEquals(wanted.toByteArray(), said);
  }

  /** Prints the targets of all links l0, l1, ... of a folder. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      for (int i = 0; i < NAMES.size(); i++) {
        System.out.write(LinkReader.read(Path.of(args[0], "l" + i)).toByteArray());
        System.out.write(0);
      }
      System.out.flush();
    }
  }
}
