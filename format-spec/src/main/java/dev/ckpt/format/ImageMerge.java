package dev.ckpt.format;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.ParentPages;
import dev.ckpt.format.record.PreDump;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes one image of an image and all that it builds on. It is the same checkpoint, with its UUID
 * and its object references, so that others can build on it as they did on the one before.
 */
public final class ImageMerge {
  private ImageMerge() {}

  /**
   * Writes an image that stands on its own, and finishes it. Objects of unknown types that may be
   * skipped are left out.
   *
   * @param reader from its first object
   * @param parents where the images are that it builds on
   * @return on how many it did
   * @throws IOException if any of them is missing or damaged; then the image is not finished
   */
  public static int merge(ImageReader reader, ParentSource parents, ImageWriter writer)
      throws IOException {
    ImageState state = ImageState.read(reader);
    if (!state.all(PreDump.class).isEmpty()) {
      throw new CkptException(FailureCode.MERGE_PRE_DUMP, "the image is of a pre-dump");
    }
    try (ImageChain chain = ImageChain.open(state, parents)) {
      if (!writer.seals() && chain.files().stream().anyMatch(ImageFile::isSealed)) {
        throw new CkptException(
            FailureCode.MERGE_UNSEALS,
            "an image that it builds on is sealed, and itself it is not");
      }
      ImageCopy.writeState(withoutParent(state), writer);
      ImageCopy.writeRest(new FoldedPages(reader, chain), writer::writePages, writer);
      writer.finish();
      return chain.length();
    }
  }

  private static List<ImageObject> withoutParent(ImageState state) {
    List<ImageObject> objects = new ArrayList<>();
    for (ImageObject object : state.objects()) {
      if (object.record() instanceof Header header) {
        objects.add(object.with(header.withParent(Header.NO_PARENT)));
      } else if (!(object.record() instanceof ParentImage
          || object.record() instanceof ParentPages)) {
        objects.add(object);
      }
    }
    return objects;
  }
}
