package dev.ckpt.format;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.RawStream.Raw;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageArrayCompressed;
import dev.ckpt.format.record.ParentPages;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Streams of which objects were moved, repeated or left out, and all the rest made to fit again:
 * the padding before pages, the index, the tail. Whether the grammar of SPEC.md allows them is said
 * here once more, apart from the reader's rules.
 */
final class FittedStream {
  private static final int HEADER_BYTES = 24;
  private static final int ENTRY_BYTES = 32;

  private FittedStream() {}

  /** The objects with page arrays and indexes that fit their places. */
  static List<Raw> fit(List<Raw> objects) {
    List<Raw> fitted = new ArrayList<>();
    List<byte[]> entries = new ArrayList<>();
    long offset = 16;
    for (Raw raw : objects) {
      Raw now = is(raw, ObjectType.PAGE_ARRAY) ? arrayAt(raw, offset) : raw;
      if (isPages(raw)) {
        entries.add(entry(now, offset));
      }
      fitted.add(now);
      offset += HEADER_BYTES + (now.payload().length + 7L & ~7L);
    }
    ByteBuffer index = ByteBuffer.allocate(4 + ENTRY_BYTES * entries.size());
    index.order(ByteOrder.LITTLE_ENDIAN).putInt(entries.size());
    entries.forEach(index::put);
    fitted.replaceAll(
        raw -> is(raw, ObjectType.INDEX) ? Raw.of(raw.type(), 0, 0, index.array()) : raw);
    return fitted;
  }

  static boolean is(Raw raw, ObjectType type) {
    return raw.type() == type.number();
  }

  /** Whether it is a page array, compressed or not. */
  static boolean isPages(Raw raw) {
    return is(raw, ObjectType.PAGE_ARRAY) || is(raw, ObjectType.PAGE_ARRAY_COMPRESSED);
  }

  private static Raw arrayAt(Raw raw, long offset) {
    PageArray table = table(raw);
    byte[] moved = new byte[table.tableBytes() + table.paddingBytes(offset) + table.dataBytes()];
    System.arraycopy(raw.payload(), 0, moved, 0, table.tableBytes());
    System.arraycopy(
        raw.payload(),
        raw.payload().length - table.dataBytes(),
        moved,
        moved.length - table.dataBytes(),
        table.dataBytes());
    return Raw.of(raw.type(), raw.flags(), raw.objref(), moved);
  }

  private static byte[] entry(Raw raw, long offset) {
    PageArray table = table(raw);
    ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return entry
        .putLong(offset)
        .putLong(table.owner())
        .putLong(table.addr())
        .putLong(table.end())
        .array();
  }

  /** The table of a page array, which is what a codec decodes of it. */
  static PageArray table(Raw raw) {
    ImageRecord record = decode(tableOf(raw), ObjectType.of(raw.type()).orElseThrow());
    return record instanceof PageArrayCompressed array ? array.table() : (PageArray) record;
  }

  /** The pages of a well-formed page array. */
  static byte[] pages(Raw raw) {
    PageArray table = table(raw);
    int from = raw.payload().length - table.dataBytes();
    if (is(raw, ObjectType.PAGE_ARRAY)) {
      return Arrays.copyOfRange(raw.payload(), from, raw.payload().length);
    }
    byte[] rest = Arrays.copyOfRange(raw.payload(), table.tableBytes(), raw.payload().length);
    try {
      return SecondCodec.expand(raw.payload()[12], rest, table.dataBytes());
    } catch (SpecDecoder.Refused e) {
      throw new AssertionError(e);
    }
  }

  /** A page array without its pages. */
  static Raw tableOf(Raw raw) {
    ByteBuffer payload = ByteBuffer.wrap(raw.payload()).order(ByteOrder.LITTLE_ENDIAN);
    int len = PageArray.RUNS_OFFSET + PageArray.RUN_BYTES * payload.getInt(8);
    return Raw.of(raw.type(), 0, 0, Arrays.copyOf(raw.payload(), len));
  }

  private static ImageRecord decode(Raw raw, ObjectType type) {
    try {
      return ObjectDecoder.decode(type, ByteBuffer.wrap(raw.payload()), 0);
    } catch (CorruptImageException e) {
      throw new AssertionError(e);
    }
  }

  /** The record of a well-formed object. */
  static ImageRecord record(Raw raw) {
    ObjectType type = ObjectType.of(raw.type()).orElseThrow();
    return isPages(raw) ? table(raw) : decode(raw, type);
  }

  /** Where each object begins, and behind the last the tail. */
  static long[] offsets(List<Raw> objects) {
    long[] offsets = new long[objects.size() + 1];
    offsets[0] = 16;
    for (int i = 0; i < objects.size(); i++) {
      offsets[i + 1] = offsets[i] + HEADER_BYTES + (objects.get(i).payload().length + 7L & ~7L);
    }
    return offsets;
  }

  /**
   * The first object that the grammar does not allow where it stands: its number; as many as there
   * are objects if it is the tail; empty if all is well.
   */
  static OptionalInt fault(List<Raw> fitted) {
    Grammar grammar = new Grammar();
    for (int i = 0; i < fitted.size(); i++) {
      if (!grammar.allows(fitted.get(i))) {
        return OptionalInt.of(i);
      }
    }
    return grammar.indexSeen ? OptionalInt.empty() : OptionalInt.of(fitted.size());
  }

  /** The section "Grammar" of SPEC.md. */
  private static final class Grammar {
    private final Map<Integer, ObjectType> seen = new HashMap<>();
    private final Map<Integer, Long> pagesEnd = new HashMap<>();
    private final Map<Integer, Long> parentPagesEnd = new HashMap<>();
    private final Set<Integer> embedded = new HashSet<>();
    private int part;
    private int lastObjref;
    private int nrArrays;
    private boolean indexSeen;

    private static int part(Raw raw) {
      return switch (raw.type()) {
        case 100 -> 1;
        case 450, 451 -> 3;
        case 180 -> 4;
        case 190 -> 5;
        default -> 2;
      };
    }

    boolean allows(Raw raw) {
      int now = part(raw);
      boolean onlyOnce = now == 1 || now == 4 || now == 5;
      if (now < part || (part == 0) != (now == 1) || (onlyOnce && now == part)) {
        return false;
      }
      part = now;
      indexSeen |= now == 5;
      var content = record(raw);
      boolean found =
          content.references().stream()
              .allMatch(reference -> reference.types().contains(seen.get(reference.objref())));
      return found && objrefFits(raw) && pagesFit(content) && index(raw);
    }

    private boolean objrefFits(Raw raw) {
      if (raw.objref() == 0) {
        return true;
      }
      boolean increases = raw.objref() > lastObjref;
      lastObjref = raw.objref();
      ObjectType type = ObjectType.of(raw.type()).orElseThrow();
      seen.put(raw.objref(), type);
      if (type != ObjectType.FILE_REF || ((FileRef) record(raw)).embedded()) {
        embedded.add(raw.objref());
      }
      return increases;
    }

    private boolean pagesFit(ImageRecord content) {
      if (content instanceof PageArray array) {
        nrArrays++;
        return pagesFit(pagesEnd, array.owner(), array.addr(), array.end());
      }
      return !(content instanceof ParentPages pages)
          || pagesFit(parentPagesEnd, pages.owner(), pages.addr(), pages.end());
    }

    private boolean pagesFit(Map<Integer, Long> ends, int owner, long addr, long end) {
      boolean ascends = addr >= ends.getOrDefault(owner, 0L);
      ends.put(owner, end);
      return ascends && embedded.contains(owner);
    }

    /** An index lists every page array, and all of them stand before it. */
    private boolean index(Raw raw) {
      return part != 5 || nrArrays == (raw.payload().length - 4) / ENTRY_BYTES;
    }
  }
}
