package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What bin/launch.sh makes of the arguments: a cipher needs a compiler that takes time to start.
 */
class LaunchTest {
  private static final Path GOLDEN = Path.of("../format-spec/src/test/resources/golden");

  @TempDir Path folder;

  private static boolean needsCipher(String... arguments) throws Exception {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("/bin/sh", "-euc", ". ../bin/launch.sh; need_cipher \"$@\"", "sh"));
    words.addAll(List.of(arguments));
    Process shell = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(shell.getInputStream().readAllBytes(), UTF_8);
    assertEquals("", said);
    return shell.waitFor() == 0;
  }

  private static String golden(String name) {
    return GOLDEN.resolve(name).toString();
  }

  private String file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content).toString();
  }

  @Test
  void knowsArgumentsThatSpeakOfAKey() throws Exception {
    assertEquals(true, needsCipher("dump", "812", "-o", "image", "--encrypt"));
    assertEquals(true, needsCipher("restore", "image", "--key-file", "key"));
    assertEquals(true, needsCipher("restore", "--key-file=key", "image"));
  }

  @Test
  void knowsASealedImage() throws Exception {
    assertEquals(true, needsCipher("restore", golden("v1-sealed.ckpt"), "--detach"));
    assertEquals(false, needsCipher("restore", golden("v1-small.ckpt"), "--detach"));
  }

  /** Of whatever there is, a start must not fail, nor wait. */
  @Test
  void takesNothingElseForOne() throws Exception {
    byte[] sealed = Files.readAllBytes(Path.of(golden("v1-sealed.ckpt")));
    String cut = file("cut", Arrays.copyOf(sealed, 16));
    String name = file("a name with blanks", "CKPT".getBytes(UTF_8));
    String empty = file("empty", new byte[0]);
    assertEquals(false, needsCipher());
    assertEquals(
        false,
        needsCipher("restore", cut, name, empty, "", "-", "/", "/dev/zero", "/nothing", "--help"));
  }
}
