package dev.ckpt.convert.criu;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.convert.BadInputException;
import dev.ckpt.convert.InputFolder;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Optional;

/** Reads the pages of one owner: where they were, and what is in them. */
final class PagemapReader implements AutoCloseable {
  private static final int PE_PARENT = 1;
  private static final int PE_LAZY = 2;
  private static final long U32 = 0xffff_ffffL;

  private final ImgReader pagemap;
  private final Optional<SeekableByteChannel> pages;
  private final String pagesFile;
  private long end;

  /** Pages that follow one another. */
  record Run(long start, long end) {}

  /**
   * Opens both files. Where there are none all pages are zero.
   *
   * @param file name of the pagemap
   */
  @MustBeClosed
  @SuppressWarnings("MustBeClosedChecker") // what is opened here belongs to what is returned
  static PagemapReader open(InputFolder folder, String file) throws IOException {
    ImgReader pagemap = ImgReader.open(folder, ImgKind.PAGEMAP, file);
    boolean done = false;
    try {
      Optional<Criu.PagemapHead> head = pagemap.next(Criu.PagemapHead.parser());
      String name = ImgKind.PAGES.file(head.map(h -> (long) h.getPagesId()).orElse(0L) & U32);
      if (head.isPresent() && !folder.has(name)) {
        throw pagemap.bad("pages_id", "a file " + name, "none");
      }
      Optional<SeekableByteChannel> pages =
          head.isPresent() ? Optional.of(folder.open(name)) : Optional.empty();
      done = true;
      return new PagemapReader(pagemap, pages, folder.name() + "/" + name);
    } finally {
      if (!done) {
        pagemap.close();
      }
    }
  }

  private PagemapReader(ImgReader pagemap, Optional<SeekableByteChannel> pages, String pagesFile) {
    this.pagemap = pagemap;
    this.pages = pages;
    this.pagesFile = pagesFile;
  }

  /** The next run that has pages, behind all before; {@link #readFully} reads them. */
  Optional<Run> next() throws IOException {
    Optional<Criu.Pagemap> next = pagemap.next(Criu.Pagemap.parser());
    if (next.isEmpty()) {
      return Optional.empty();
    }
    Criu.Pagemap entry = next.get();
    if (entry.getInParent() || (entry.getFlags() & PE_PARENT) != 0) {
      throw new CkptException(
          FailureCode.CONVERT_LOSS,
          "the folder builds on another one: dump without --prev-images-dir, or let CRIU restore it"
              + " and dump it again");
    }
    // NB: older ones have the count in the older field, later ones have 0 there.
    long nrPages =
        entry.hasNrPages() ? entry.getNrPages() : Integer.toUnsignedLong(entry.getCompatNrPages());
    long start = entry.getVaddr();
    boolean good =
        start % Limits.PAGE_SIZE == 0
            && Long.compareUnsigned(start, end) >= 0
            && nrPages > 0
            && Long.compareUnsigned(start, Limits.USER_SPACE_END) < 0
            && nrPages <= (Limits.USER_SPACE_END - start) / Limits.PAGE_SIZE;
    if (!good) {
      throw pagemap.bad(
          "entry",
          "whole pages behind those before",
          nrPages + " pages at 0x" + Long.toHexString(start));
    }
    int known = PageFiles.PE_PRESENT | PE_LAZY;
    if ((entry.getFlags() & ~known) != 0) {
      throw pagemap.bad("flags", "known ones", "0x" + Integer.toHexString(entry.getFlags()));
    }
    if (entry.hasFlags() && (entry.getFlags() & PageFiles.PE_PRESENT) == 0) {
      throw new CkptException(
          FailureCode.CONVERT_LOSS,
          "pages at 0x"
              + Long.toHexString(start)
              + " are with a page server: dump without --lazy-pages");
    }
    end = start + nrPages * Limits.PAGE_SIZE;
    return Optional.of(new Run(start, end));
  }

  /** Reads the next pages of the run. */
  void readFully(ByteBuffer into) throws IOException {
    SeekableByteChannel from = pages.orElseThrow();
    long at = from.position();
    while (into.hasRemaining()) {
      if (from.read(into) < 0) {
        throw BadInputException.of(
            new BadInputException.Place(pagesFile, at, "", "pages"),
            into.remaining() + " more bytes",
            "the end of the file");
      }
    }
  }

  /** Leaves pages of the run out. */
  void skip(long lenBytes) throws IOException {
    SeekableByteChannel from = pages.orElseThrow();
    from.position(from.position() + lenBytes);
  }

  @Override
  public void close() throws IOException {
    try (pagemap) {
      if (pages.isPresent()) {
        pages.get().close();
      }
    }
  }
}
