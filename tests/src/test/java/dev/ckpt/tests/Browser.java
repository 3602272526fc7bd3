package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.opentest4j.TestAbortedException;

/** A real browser without a window, which opens a page and ends. */
final class Browser {
  private static final int PATIENCE_SECONDS = 120;
  private static final String DARK = "--blink-settings=preferredColorScheme=0";
  private static final String LIGHT = "--blink-settings=preferredColorScheme=1";

  private final Path program;
  private final Path folder;
  private int runs;

  private Browser(Path program, Path folder) {
    this.program = program;
    this.folder = folder;
  }

  /** The one that is installed; skips the test where there is none. */
  static Browser needed(Path folder) {
    Path program =
        Programs.onPath("chromium-headless-shell")
            .or(() -> Programs.onPath("chromium"))
            .or(() -> Optional.empty())
            .orElseThrow(() -> new TestAbortedException("no chromium is installed"));
    return new Browser(program, folder);
  }

  /** The page as it is when its scripts have run. */
  String dom(Path page) throws IOException {
    return run(page, LIGHT, "--dump-dom");
  }

  /** How the page looks. */
  BufferedImage picture(Path page, boolean dark, int width, int height) throws IOException {
    Path png = folder.resolve("picture-" + runs + ".png");
    run(
        page,
        dark ? DARK : LIGHT,
        "--hide-scrollbars",
        "--window-size=" + width + "," + height,
        "--screenshot=" + png);
    return ImageIO.read(png.toFile());
  }

  private String run(Path page, String... options) throws IOException {
    Path profile = folder.resolve("profile-" + runs++);
    // NB: as root it has no sandbox; what it shows is ours.
    List<String> words =
        new ArrayList<>(List.of(program.toString(), "--headless", "--no-sandbox", "--disable-gpu"));
    words.addAll(List.of("--enable-logging=stderr", "--user-data-dir=" + profile));
    words.addAll(List.of(options));
    words.add(page.toUri().toString());
    File out = folder.resolve("out").toFile();
    File err = folder.resolve("err").toFile();
    Process process = new ProcessBuilder(words).redirectOutput(out).redirectError(err).start();
    try {
      process.getOutputStream().close();
      assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "the browser hangs");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    String said = Files.readString(err.toPath(), UTF_8);
    assertEquals(0, process.exitValue(), said);
    // What scripts and the page's policy complain of.
    assertTrue(said.lines().noneMatch(line -> line.contains("CONSOLE")), said);
    return Files.readString(out.toPath(), UTF_8);
  }
}
