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
}
