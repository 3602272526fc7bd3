package dev.ckpt.cli.image;

import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Units;
import dev.ckpt.format.FoldedPages;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.ParentSource;
import dev.ckpt.format.record.ParentPages;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;

/**
 * What was counted while every checksum, reference and count of an image was checked.
 *
 * @param objects all of them, the tail too
 * @param skipped those of unknown types that may be skipped
 * @param pageArrays objects that hold pages
 * @param dataPages pages with bytes in the image
 * @param zeroPages pages of zeros that are in the image by number only
 * @param keptPages pages that are in the images that it builds on, those that are zero counted too
 * @param imageBytes size of the image
 * @param parents how many images it builds on
 */
public record ImageCounts(
    long objects,
    long skipped,
    long pageArrays,
    long dataPages,
    long zeroPages,
    long keptPages,
    long imageBytes,
    int parents) {

  /**
   * Reads a whole image and checks all of it, and of the images that it builds on.
   *
   * @param image from its first byte; closed by the caller
   * @param keys asked for the key of a sealed one
   * @param parents where those images are
   * @throws dev.ckpt.error.CorruptImageException when anything is wrong
   */
  public static ImageCounts verify(ReadableByteChannel image, KeySource keys, ParentSource parents)
      throws IOException {
    CountingChannel counting = new CountingChannel(image);
    try (ImageReader reader = new ImageReader(counting, keys)) {
      ImageState state = ImageState.read(reader);
      CountedPages counted = new CountedPages(reader);
      int nrParents;
      try (ImageChain chain = ImageChain.open(state, parents)) {
        FoldedPages all = new FoldedPages(counted, chain);
        while (all.next().isPresent()) {
          // next() has checked it
        }
        reader.requireEnd();
        for (ImageFile file : chain.files()) {
          file.verify();
        }
        nrParents = chain.length();
      }
      long kept = state.all(ParentPages.class).stream().mapToLong(ParentPages::nrPages).sum();
      long unread = reader.nrSkipped() + reader.seal().stream().count();
      return new ImageCounts(
          state.objects().size() + counted.objects() + unread,
          reader.nrSkipped(),
          counted.arrays(),
          counted.data(),
          counted.zero(),
          kept,
          counting.bytes(),
          nrParents);
    }
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
        + (parents == 0
            ? ""
            : ", " + Units.count(keptPages, "page") + " in " + Units.count(parents, "parent image"))
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
        .put("keptPages", keptPages)
        .put("parents", parents)
        .put("imageBytes", imageBytes);
  }
}
