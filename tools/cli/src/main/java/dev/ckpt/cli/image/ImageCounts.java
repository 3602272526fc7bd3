package dev.ckpt.cli.image;

import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Units;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Optional;

/**
 * What was counted while every checksum, reference and count of an image was checked.
 *
 * @param objects all of them, the tail too
 * @param skipped those of unknown types that may be skipped
 * @param pageArrays objects that hold pages
 * @param dataPages pages with bytes in the image
 * @param zeroPages pages of zeros that are in the image by number only
 * @param imageBytes size of the image
 */
public record ImageCounts(
    long objects, long skipped, long pageArrays, long dataPages, long zeroPages, long imageBytes) {

  /**
   * Reads a whole image and checks all of it.
   *
   * @param image from its first byte; closed by the caller
   * @param keys asked for the key of a sealed one
   * @throws dev.ckpt.error.CorruptImageException when anything is wrong
   */
  public static ImageCounts verify(ReadableByteChannel image, KeySource keys) throws IOException {
    CountingChannel counting = new CountingChannel(image);
    long objects = 0;
    long arrays = 0;
    long data = 0;
    long zero = 0;
    try (ImageReader reader = new ImageReader(counting, keys)) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        objects++;
        if (next.get().record() instanceof PageArray array) {
          arrays++;
          data += array.nrDataPages();
          zero += nrPages(array, PageKind.ZERO);
        }
      }
      reader.requireEnd();
      objects += reader.nrSkipped() + reader.seal().stream().count();
      return new ImageCounts(objects, reader.nrSkipped(), arrays, data, zero, counting.bytes());
    }
  }

  private static long nrPages(PageArray array, PageKind kind) {
    long nr = 0;
    for (PageRun run : array.runs()) {
      nr += run.kind() == kind ? run.nrPages() : 0;
    }
    return nr;
  }

  /** One line for people. */
  public String line() {
    return Units.count(objects, "object")
        + ", "
        + Units.count(pageArrays, "page array")
        + ", "
        + Units.pages(dataPages)
        + ", "
        + Units.count(zeroPages, "zero page")
        + (skipped == 0 ? "" : ", " + skipped + " of unknown types skipped")
        + ", "
        + Units.bytes(imageBytes);
  }

  /**
   * The same for scripts.
   *
   * @param image where it was read from
   */
  public JsonObject json(String image) {
    return new JsonObject()
        .put("image", image)
        .put("whole", true)
        .put("objects", objects)
        .put("skipped", skipped)
        .put("pageArrays", pageArrays)
        .put("pages", dataPages)
        .put("zeroPages", zeroPages)
        .put("imageBytes", imageBytes);
  }
}
