package dev.ckpt.format;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Index;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.ParentPages;
import dev.ckpt.format.record.PreDump;
import dev.ckpt.format.record.Tail;
import java.io.IOException;
import java.util.Optional;

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
      throw new CkptException(Code.MERGE_PRE_DUMP, "the image is of a pre-dump");
    }
    try (ImageChain chain = ImageChain.open(state, parents)) {
      if (!writer.seals() && chain.files().stream().anyMatch(ImageFile::isSealed)) {
        throw new CkptException(
            Code.MERGE_UNSEALS, "an image that it builds on is sealed, and itself it is not");
      }
      for (ImageObject object : state.objects()) {
        write(object, writer);
      }
      FoldedPages pages = new FoldedPages(reader, chain);
      for (Optional<ImageObject> next = pages.next(); next.isPresent(); next = pages.next()) {
        ImageRecord record = next.get().record();
        if (record instanceof PageArray array) {
          writer.writePages(array, pages.pages());
        } else if (!(record instanceof Index || record instanceof Tail)) {
          writer.write(record);
        }
      }
      writer.finish();
      return chain.length();
    }
  }

  private static void write(ImageObject object, ImageWriter writer) throws IOException {
    ImageRecord record = object.record();
    if (record instanceof ParentImage || record instanceof ParentPages) {
      return;
    }
    writer.reserveObjrefs(object.objref());
    writer.write(
        object.objref(),
        record instanceof Header header ? header.withParent(Header.NO_PARENT) : record);
  }
}
