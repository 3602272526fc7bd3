package dev.ckpt.format;

import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.ParentPages;
import dev.ckpt.format.record.ParentPages.ParentRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Those of the {@link Samples} that are of parent images, and a small image that builds on {@link
 * Samples#image}. NB: a golden image holds exactly these.
 */
final class ParentSamples {
  /** Other numbers than the same things have in the parent image, but for the first. */
  static final int GHOST = 2;

  static final int MM = 3;

  /** Where the data pages of the child are. */
  private static final List<Long> DATA = List.of(Samples.HEAP + 0x1000, Samples.HEAP + 0x4000);

  private ParentSamples() {}

  static Header header() {
    return Samples.header(
        UUID.fromString("a0b1c2d3-e4f5-4061-8273-849506172839"), Samples.header().uuid());
  }

  static ParentImage parentImage() {
    return new ParentImage(ByteString.of("/var/lib/task/v1-small.ckpt"));
  }

  /** One page is where the parent has none, one is data there, and the others are zero. */
  static ParentPages parentPages() {
    return new ParentPages(
        MM,
        Samples.MM,
        List.of(new ParentRun(Samples.HEAP - 0x1000, 2), new ParentRun(Samples.HEAP + 0x2000, 1)));
  }

  /** The same, behind that. */
  static ParentPages morePages() {
    return new ParentPages(MM, Samples.MM, List.of(new ParentRun(Samples.HEAP + 0x6000, 3)));
  }

  /** Of a thing of which the parent has no page at all. */
  static ParentPages pagesOfGhost() {
    return new ParentPages(GHOST, Samples.GHOST, List.of(new ParentRun(0, 1)));
  }

  static PageArray pageArray() {
    return new PageArray(
        MM,
        List.of(
            new PageRun(DATA.get(0), 1, PageKind.DATA),
            new PageRun(Samples.HEAP + 0x3000, 1, PageKind.ZERO),
            new PageRun(DATA.get(1), 1, PageKind.DATA)));
  }

  /** The content of the page array. */
  static ByteBuffer pages() {
    ByteBuffer pages = ByteBuffer.allocateDirect(pageArray().dataBytes());
    while (pages.hasRemaining()) {
      pages.put((byte) (pages.position() / 5));
    }
    return pages.flip();
  }

  /** What the address space is by both images, as far as the child says. */
  static Map<Long, byte[]> whole() {
    byte[] parent = new byte[Limits.PAGE_SIZE];
    Samples.pages().get(parent);
    byte[] first = new byte[Limits.PAGE_SIZE];
    byte[] second = new byte[Limits.PAGE_SIZE];
    pages().get(first).get(second);
    byte[] zeros = new byte[Limits.PAGE_SIZE];
    return Map.of(
        Samples.HEAP,
        parent,
        Samples.HEAP + 0x1000,
        first,
        Samples.HEAP + 0x2000,
        zeros,
        Samples.HEAP + 0x3000,
        zeros,
        Samples.HEAP + 0x4000,
        second,
        Samples.HEAP + 0x6000,
        zeros,
        Samples.HEAP + 0x7000,
        zeros,
        Samples.HEAP + 0x8000,
        zeros);
  }

  /** State objects with their references, in an order that may be written. */
  static List<ImageObject> state() {
    List<ImageObject> state = new ArrayList<>();
    state.add(object(0, header()));
    state.add(object(Samples.EXE, Samples.fileRef()));
    state.add(object(GHOST, MemorySamples.ghostFile()));
    state.add(object(MM, Samples.mm()));
    state.add(object(0, MemorySamples.vma()));
    state.add(object(0, parentImage()));
    state.add(object(0, parentPages()));
    state.add(object(0, pagesOfGhost()));
    state.add(object(0, morePages()));
    return state;
  }

  private static ImageObject object(int objref, ImageRecord content) {
    return new ImageObject(0, objref, content);
  }

  /** All of the above as one image. */
  static byte[] image() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      for (ImageObject object : state()) {
        Samples.write(writer, object);
      }
      writer.writePages(pageArray(), pages());
      writer.write(Samples.statistics());
      writer.finish();
    }
    return bytes.toByteArray();
  }
}
