package dev.ckpt.convert.criu;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.convert.OutputFolder;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/** Writes the pages of one owner, back to back, and the file that says where each of them was. */
final class PageFiles implements AutoCloseable {
  /** pagemap_entry.flags: the page is in the pages. */
  static final int PE_PRESENT = 4;

  private final ImgWriter pagemap;
  private final SeekableByteChannel pages;

  /** A run that may go on. */
  private long start;

  private long nrPages;
  private boolean hole;

  /**
   * Begins both files.
   *
   * @param name of the pagemap
   * @param pagesId number of the file of the pages
   */
  @MustBeClosed
  @SuppressWarnings("MustBeClosedChecker") // what is opened here belongs to what is returned
  static PageFiles create(OutputFolder folder, String name, int pagesId) throws IOException {
    ImgWriter pagemap = ImgWriter.create(folder, ImgKind.PAGEMAP, name);
    boolean done = false;
    try {
      pagemap.write(Criu.PagemapHead.newBuilder().setPagesId(pagesId).build());
      PageFiles files = new PageFiles(pagemap, folder.create(ImgKind.PAGES.file(pagesId)));
      done = true;
      return files;
    } finally {
      if (!done) {
        pagemap.close();
      }
    }
  }

  private PageFiles(ImgWriter pagemap, SeekableByteChannel pages) {
    this.pagemap = pagemap;
    this.pages = pages;
  }

  /** Writes pages, which are consumed; they lie behind all that were written before. */
  void data(long addr, ByteBuffer bytes) throws IOException {
    run(addr, bytes.remaining() / Limits.PAGE_SIZE);
    hole = false;
    while (bytes.hasRemaining()) {
      pages.write(bytes);
    }
  }

  /** The same of pages that are zero. */
  void zeros(long addr, long nr) throws IOException {
    run(addr, nr);
    pages.position(pages.position() + nr * Limits.PAGE_SIZE);
    hole = true;
  }

  private void run(long addr, long nr) throws IOException {
    if (nrPages > 0 && addr == start + nrPages * Limits.PAGE_SIZE) {
      nrPages += nr;
      return;
    }
    flush();
    start = addr;
    nrPages = nr;
  }

  /** NB: CRIU 4.2 reads the count from nr_pages, and refuses an entry without the older field. */
  private void flush() throws IOException {
    if (nrPages > 0) {
      pagemap.write(
          Criu.Pagemap.newBuilder()
              .setVaddr(start)
              .setCompatNrPages(0)
              .setFlags(PE_PRESENT)
              .setNrPages(nrPages)
              .build());
    }
  }

  /** Writes what is held back. Without it the files are not whole. */
  void finish() throws IOException {
    flush();
    nrPages = 0;
    if (hole) {
      pages.position(pages.position() - 1);
      pages.write(ByteBuffer.allocate(1));
      hole = false;
    }
  }

  @Override
  public void close() throws IOException {
    try (pages;
        pagemap) {
      nrPages = 0;
    }
  }
}
