package dev.ckpt.cli.image;

import dev.ckpt.format.ImageObject;
import dev.ckpt.format.PageStream;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Counts what an image has itself, on its way to where it is read with what it builds on. */
final class CountedPages implements PageStream {
  private final PageStream image;
  private long objects;
  private long arrays;
  private long data;
  private long zero;

  CountedPages(PageStream image) {
    this.image = image;
  }

  @Override
  public Optional<ImageObject> next() throws IOException {
    Optional<ImageObject> next = image.next();
    objects += next.isPresent() ? 1 : 0;
    if (next.isPresent() && next.get().record() instanceof PageArray array) {
      arrays++;
      data += array.nrDataPages();
      for (PageRun run : array.runs()) {
        zero += run.kind() == PageKind.ZERO ? run.nrPages() : 0;
      }
    }
    return next;
  }

  @Override
  public ByteBuffer pages() {
    return image.pages();
  }

  /** Objects that came. */
  long objects() {
    return objects;
  }

  /** Page arrays among them. */
  long arrays() {
    return arrays;
  }

  /** Pages with bytes in them. */
  long data() {
    return data;
  }

  /** Pages that are in them by number only. */
  long zero() {
    return zero;
  }
}
