package dev.ckpt.tests.fuzz;

import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.PageArray;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Makes an image of whatever bytes there are: takes them for one, and sets right what would
 * otherwise refuse all but one in 2^32 of them, the checksums. A byte in front says what else is
 * set right: the padding before pages, index, tail.
 */
final class FixedImage {
  /** Bits of the first byte of the input. */
  static final int PADDING = 1;

  static final int INDEX = 2;
  static final int TAIL = 4;
  static final int ALL = PADDING | INDEX | TAIL;

  private static final int PREAMBLE_BYTES = 16;
  private static final int HEADER_BYTES = 24;
  private static final int ENTRY_BYTES = 32;
  private static final int PAGE = 4096;

  private final int what;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final CRC32C headers = new CRC32C();
  private final List<byte[]> entries = new ArrayList<>();
  private long nrObjects;
  private long nrDataPages;
  private long indexOffset;

  private FixedImage(int what) {
    this.what = what;
  }

  /** The image that an input stands for, behind the preamble of another. */
  static byte[] of(byte[] input, byte[] preamble) throws IOException {
    if (input.length == 0) {
      return input;
    }
    FixedImage image = new FixedImage(input[0]);
    image.out.write(preamble, 0, PREAMBLE_BYTES);
    ByteBuffer in = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN).position(1);
    while (in.remaining() >= HEADER_BYTES) {
      image.object(in);
    }
    return image.out.toByteArray();
  }

  /** The input that stands for an image. */
  static byte[] input(byte[] image, int what) {
    byte[] input = new byte[1 + image.length - PREAMBLE_BYTES];
    input[0] = (byte) what;
    System.arraycopy(image, PREAMBLE_BYTES, input, 1, image.length - PREAMBLE_BYTES);
    return input;
  }

  private boolean fixes(int bit) {
    return (what & bit) != 0;
  }

  private void object(ByteBuffer in) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    in.get(header.array());
    int type = Short.toUnsignedInt(header.getShort(0));
    long wanted = header.getLong(8);
    int len = (int) (wanted < 0 ? in.remaining() : Math.min(wanted, in.remaining()));
    byte[] payload = new byte[len];
    in.get(payload);
    in.position(in.position() + Math.min(in.remaining(), -len & 7));
    byte[] fixed = payload(type, payload);
    header.putLong(8, fixed.length).putInt(16, crc(fixed)).putInt(20, crc(header.array(), 20));
    if (type == ObjectType.INDEX.number() && indexOffset == 0) {
      indexOffset = out.size();
    }
    headers.update(header.array(), 0, 20);
    nrObjects++;
    out.write(header.array());
    out.write(fixed);
    out.write(new byte[-fixed.length & 7]);
  }

  private byte[] payload(int type, byte[] payload) {
    if (type == ObjectType.PAGE_ARRAY.number()
        || type == ObjectType.PAGE_ARRAY_COMPRESSED.number()) {
      return pageArray(payload, type == ObjectType.PAGE_ARRAY.number());
    } else if (type == ObjectType.INDEX.number() && fixes(INDEX)) {
      return index();
    } else if (type == ObjectType.TAIL.number() && fixes(TAIL)) {
      return tail();
    }
    return payload;
  }

  private byte[] pageArray(byte[] payload, boolean plain) {
    ByteBuffer in = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    int nrRuns = payload.length < PageArray.RUNS_OFFSET ? -1 : in.getInt(8);
    if (nrRuns < 1 || nrRuns > (payload.length - PageArray.RUNS_OFFSET) / PageArray.RUN_BYTES) {
      return payload;
    }
    int table = PageArray.RUNS_OFFSET + nrRuns * PageArray.RUN_BYTES;
    int last = table - PageArray.RUN_BYTES;
    ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    entry.putLong(out.size()).putLong(in.getLong(0)).putLong(in.getLong(PageArray.RUNS_OFFSET));
    long lastLen = Integer.toUnsignedLong(in.getInt(last + 8)) * PAGE;
    entries.add(entry.putLong(in.getLong(last) + lastLen).array());
    int nrPages = 0;
    for (int at = PageArray.RUNS_OFFSET; at < table; at += PageArray.RUN_BYTES) {
      nrPages += in.getInt(at + 12) == 1 ? in.getInt(at + 8) & 0xff : 0;
    }
    nrDataPages += nrPages;
    if (!plain || !fixes(PADDING)) {
      return payload;
    }
    int end = out.size() + HEADER_BYTES + table;
    int padding = nrPages == 0 ? 0 : -end & PAGE - 1;
    byte[] moved = Arrays.copyOf(payload, table + padding + nrPages * PAGE);
    Arrays.fill(moved, table, table + padding, (byte) 0);
    return moved;
  }

  private byte[] index() {
    ByteBuffer index = ByteBuffer.allocate(4 + ENTRY_BYTES * entries.size());
    index.order(ByteOrder.LITTLE_ENDIAN).putInt(entries.size());
    entries.forEach(index::put);
    return index.array();
  }

  private byte[] tail() {
    ByteBuffer tail = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
    tail.putLong(nrObjects).putLong(entries.size()).putLong(nrDataPages).putLong(indexOffset);
    return tail.putInt((int) headers.getValue()).array();
  }

  private static int crc(byte[] bytes) {
    return crc(bytes, bytes.length);
  }

  private static int crc(byte[] bytes, int len) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, len);
    return (int) crc.getValue();
  }
}
