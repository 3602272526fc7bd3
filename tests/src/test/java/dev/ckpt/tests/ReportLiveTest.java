package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages about real images, opened in a real browser. */
@Tag("live")
class ReportLiveTest {
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 2000;
  private static final int NR_MORE = 8000;
  private static final long MORE = 0x1000_0000L;

  /** The colours of pages of data in the style sheet. */
  private static final int DATA_LIGHT = 0x3b6fd4;

  private static final int DATA_DARK = 0x6d9bf2;

  private static final ByteString HOSTILE =
      ByteString.of(
          "</td></table><script>document.documentElement.id='owned'</script>"
              + "<img src=x onerror=\"document.documentElement.id='owned'\">");

  @TempDir Path folder;
  private Browser browser;
  private Path image;

  @BeforeEach
  void dump() throws IOException {
    browser = Browser.needed(folder);
    image = folder.resolve("image");
    try (LiveProgram task = LiveProgram.start(new Programs.Program("many_vmas", "save", 0))) {
      task.awaitReady();
      task.dump(image, false);
      task.finish(0);
    }
  }

  private Path report(Path of) throws IOException {
    Path page = folder.resolve(of.getFileName() + ".html");
    CkptOutcome outcome =
        CkptOutcome.of(folder, List.of(), "report", of.toString(), "-o", page.toString());
    assertEquals(0, outcome.code(), outcome.toString());
    assertEquals("", outcome.err());
    return page;
  }

  private static int nrMappings(Path of) throws IOException {
    try (ImageFile file = ImageFile.open(of)) {
      return file.state().vmas().size();
    }
  }

  @Test
  void isAsTheBrowserIs() throws IOException {
    Path page = report(image);
    assertTrue(browser.dom(page).contains("data-rows=\"" + nrMappings(image) + "\""));
    BufferedImage light = browser.picture(page, false, WIDTH, HEIGHT);
    BufferedImage dark = browser.picture(page, true, WIDTH, HEIGHT);
    assertTrue(brightness(light) > 0.8, "light: " + brightness(light));
    assertTrue(brightness(dark) < 0.3, "dark: " + brightness(dark));
    // A square for each mapping at least, of which half are a page and half are two.
    assertTrue(count(light, DATA_LIGHT) > 2000 * 20, "squares: " + count(light, DATA_LIGHT));
    assertTrue(count(dark, DATA_DARK) > 2000 * 20, "squares: " + count(dark, DATA_DARK));
  }

  private static double brightness(BufferedImage picture) {
    double sum = 0;
    for (int x = 0; x < WIDTH; x++) {
      int rgb = picture.getRGB(x, 2);
      sum += ((rgb >> 16 & 0xff) + (rgb >> 8 & 0xff) + (rgb & 0xff)) / (3.0 * 255);
    }
    return sum / WIDTH;
  }

  private static int count(BufferedImage picture, int rgb) {
    int nr = 0;
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        nr += (picture.getRGB(x, y) & 0xffffff) == rgb ? 1 : 0;
      }
    }
    return nr;
  }

  @Test
  void opensWithTenThousandMappings() throws IOException {
    List<ImageObject> state = new ArrayList<>();
    boolean added = false;
    try (ImageFile file = ImageFile.open(image)) {
      for (ImageObject object : file.state().objects()) {
        if (object.record() instanceof Vma && !added) {
          added = true;
          for (int i = 0; i < NR_MORE; i++) {
            long start = MORE + i * 0x3000L;
            ByteString name = ByteString.EMPTY;
            state.add(
                new ImageObject(
                    0,
                    0,
                    new Vma(start, start + 0x1000, 3, 0x22, 0, 0, 0, name, VmaKind.ANON_PRIVATE)));
          }
        }
        state.add(object);
      }
    }
    Path many = ChangedImage.withState(image, folder.resolve("many"), state);
    Path page = report(many);
    assertTrue(nrMappings(many) > 10_000);
    assertTrue(Files.size(page) < 12 << 20, Files.size(page) + " bytes");
    long begin = System.nanoTime();
    assertTrue(browser.dom(page).contains("data-rows=\"" + nrMappings(many) + "\""));
    BufferedImage picture = browser.picture(page, false, WIDTH, HEIGHT);
    assertTrue(System.nanoTime() - begin < 60_000_000_000L, "it takes the browser too long");
    assertTrue(count(picture, DATA_LIGHT) > 2000 * 20, "squares");
  }

  @Test
  void runsNothingThatAnImageSays() throws IOException {
    Path hostile =
        ChangedImage.of(
            image,
            folder.resolve("hostile"),
            content ->
                content instanceof Vma vma && !vma.name().isEmpty()
                    ? new Vma(
                        vma.start(),
                        vma.end(),
                        vma.prot(),
                        vma.mapFlags(),
                        vma.vmFlags(),
                        vma.pgoffBytes(),
                        vma.backing(),
                        HOSTILE,
                        vma.kind())
                    : content);
    Path page = report(hostile);
    assertTrue(Files.readString(page).contains("document.documentElement.id="));
    String dom = browser.dom(page);
    assertTrue(dom.contains("data-rows=\"" + nrMappings(hostile) + "\""));
    assertFalse(dom.contains("id=\"owned\""), "a script of the image ran");
  }
}
