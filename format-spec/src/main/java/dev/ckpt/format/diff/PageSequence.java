package dev.ckpt.format.diff;

import dev.ckpt.format.ImageObject;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;

/** The pages of a stream one after the other, however they are cut into page arrays and runs. */
final class PageSequence {
  private final Side side;
  private final ArrayDeque<PageRun> runs = new ArrayDeque<>();
  private long offset;
  private int owner;

  /** What is left of the run that has come to be read. */
  private long addr;

  private long nrLeft;
  private PageKind kind = PageKind.ZERO;
  private ByteBuffer pages = ByteBuffer.allocate(0);

  PageSequence(Side side) {
    this.side = side;
  }

  /** Whether there is a page left; reads on where it has to. */
  boolean has() throws IOException {
    while (nrLeft == 0) {
      if (runs.isEmpty() && !readArray()) {
        return false;
      }
      PageRun run = runs.removeFirst();
      addr = run.addr();
      nrLeft = run.nrPages();
      kind = run.kind();
    }
    return true;
  }

  private boolean readArray() throws IOException {
    if (!side.peek().equals(Optional.of(ObjectType.PAGE_ARRAY))) {
      return false;
    }
    ImageObject object = side.next().orElseThrow();
    PageArray array = (PageArray) object.record();
    offset = object.offset();
    owner = array.owner();
    runs.addAll(array.runs());
    pages = side.pages();
    return true;
  }

  /** Where in the stream the page array of the next page begins. */
  long offset() {
    return offset;
  }

  long addr() {
    return addr;
  }

  /** How many pages of the same kind follow one another from the next one on. */
  long nrLeft() {
    return nrLeft;
  }

  boolean isData() {
    return kind == PageKind.DATA;
  }

  /** Whether the next page is of the same thing, at the same address and of the same kind. */
  boolean inStepWith(PageSequence other) {
    return owner == other.owner && addr == other.addr && kind == other.kind;
  }

  /** The next pages, which are DATA. */
  ByteBuffer pages(long nr) {
    return pages.slice(pages.position(), (int) nr * Limits.PAGE_SIZE);
  }

  /** Goes behind some pages. */
  void skip(long nr) {
    if (isData()) {
      pages.position(pages.position() + (int) nr * Limits.PAGE_SIZE);
    }
    addr += nr * Limits.PAGE_SIZE;
    nrLeft -= nr;
  }

  /** The next page in words. */
  String describe() {
    return kind + " page " + Long.toHexString(addr) + " of objref " + owner;
  }
}
