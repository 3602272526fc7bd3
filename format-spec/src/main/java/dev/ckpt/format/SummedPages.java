package dev.ckpt.format;

import dev.ckpt.format.record.PageArray;
import java.nio.ByteBuffer;

/** A page array with the checksum of its pages: {@link ImageWriter#sum}. */
public final class SummedPages {
  final PageArray table;
  final ByteBuffer pages;
  final int crc32c;

  SummedPages(PageArray table, ByteBuffer pages, int crc32c) {
    this.table = table;
    this.pages = pages;
    this.crc32c = crc32c;
  }

  /** Its table. */
  public PageArray table() {
    return table;
  }

  /** The pages of its DATA runs; those of the buffer that was given. */
  public ByteBuffer pages() {
    return pages;
  }

  /**
   * The same pages elsewhere.
   *
   * @param buffer has room for them; it is emptied first
   */
  public SummedPages copiedTo(ByteBuffer buffer) {
    return new SummedPages(table, buffer.clear().put(pages).flip(), crc32c);
  }
}
