package dev.ckpt.format;

import dev.ckpt.format.SpecDecoder.Refused;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * A second reader of images, written from SPEC.md alone: it shares no code with the codec, and has
 * every layout from the tables of the text. It proves that the text says enough.
 */
final class SecondReader {
  /** One object; one of an unknown type has an empty type and no fields. */
  record Found(long offset, String type, long objref, Map<String, Object> fields, byte[] pages) {}

  /** The grammar of a stream; s is a state object, and an unknown one is nothing. */
  private static final String GRAMMAR =
      "(?:SEAL )?HEADER (?:s )*+(?:PAGE_ARRAY(?:_COMPRESSED)? )*+(?:STATISTICS )?(?:INDEX )++TAIL ";

  private static final String[] UNKNOWN = {"", "0", "", "", "", "yes"};
  private static final int PAGE = 4096;

  private final SpecText spec;
  private final ByteBuffer in;
  private final Map<String, Long> limits = new HashMap<>();
  private final Map<Long, String[]> types = new HashMap<>();
  private final List<Found> objects = new ArrayList<>();
  private final List<Object> pageArrays = new ArrayList<>();
  private final List<Object> entries = new ArrayList<>();
  private final Map<Object, Long> endOfOwner = new HashMap<>();
  private final Map<Object, Long> endOfParentPages = new HashMap<>();
  private final Map<Long, String> shared = new HashMap<>();
  private final Map<Long, Map<String, Object>> byObjref = new HashMap<>();
  private final CRC32C headers = new CRC32C();
  private final Optional<byte[]> secret;
  private Optional<SecondSeal> seal = Optional.empty();
  private final StringBuilder order = new StringBuilder();
  private long lastObjref;
  private long nrDataPages;
  private long nrStates;
  private long indexOffset;

  private SecondReader(SpecText spec, byte[] image, Optional<byte[]> secret) {
    this.spec = spec;
    this.secret = secret;
    this.in = ByteBuffer.wrap(image);
    spec.table("Limits", "Limits").forEach(row -> limits.put(row[1], SpecText.number(row[2])));
    spec.table("Object", "Object").forEach(row -> types.put(SpecText.number(row[1]), row));
  }

  /** All objects of an image that is not sealed. */
  static List<Found> read(SpecText spec, byte[] image) throws Refused {
    return read(spec, image, Optional.empty());
  }

  /** All objects of an image, given a passphrase or the content of a key file if it is sealed. */
  static List<Found> read(SpecText spec, byte[] image, Optional<byte[]> secret) throws Refused {
    SecondReader reader = new SecondReader(spec, image, secret);
    try {
      reader.stream();
    } catch (BufferUnderflowException e) {
      throw new Refused("is cut");
    }
    return reader.objects;
  }

  private static void require(boolean holds, String what) throws Refused {
    if (!holds) {
      throw new Refused(what);
    }
  }

  private long crc(int from, long length) {
    CRC32C crc = new CRC32C();
    crc.update(in.slice(from, (int) length));
    return crc.getValue();
  }

  private long limit(String what) {
    return limits.getOrDefault(what, limits.get("payload, unless stated here"));
  }

  private void stream() throws Refused {
    Map<String, Object> preamble = SpecDecoder.decode(spec, shared, "Framing", "Preamble", in);
    String magic = HexFormat.ofDelimiter(" ").formatHex((byte[]) preamble.get("magic"));
    require(magic.equals("89 43 4b 50 54 0d 0a 1a"), "magic");
    require(preamble.get("CRC32C").equals(crc(0, 12)), "CRC of the preamble");
    String type;
    do {
      type = object();
    } while (!type.equals("TAIL"));
    require(!in.hasRemaining(), "bytes behind the tail");
  }

  private String object() throws Refused {
    int at = in.position();
    Map<String, Object> header = SpecDecoder.decode(spec, shared, "Framing", "Object header", in);
    require(header.get("CRC32C").equals(crc(at, 20)), "CRC of a header");
    String[] type = types.getOrDefault(header.get("type"), UNKNOWN);
    long flags = (type[5].equals("yes") ? 1 : 0) + (seal.isPresent() ? 2 : 0);
    require(header.get("flags").equals(flags), "flags");
    String name = type[2];
    boolean state = Set.of('2', '3', '4', '5').contains(type[1].charAt(0));
    state &= !name.startsWith("PAGE_ARRAY");
    nrStates += state ? 1 : 0;
    require(nrStates <= limit("state objects of a stream"), "too many state objects");
    require(objects.size() < limit("objects of a stream"), "too many objects");
    require(!name.isEmpty() || (!order.isEmpty() && indexOffset == 0), "an unknown object here");
    order.append(name.isEmpty() ? "" : state ? "s " : name + " ");
    long objref = (long) header.get("objref");
    require(name.isEmpty() || (objref > 0) == type[4].equals("yes"), "objref of this type");
    require(objref == 0 || objref > lastObjref, "objrefs do not increase");
    lastObjref = Math.max(objref, lastObjref);
    long length = (long) header.get("lenBytes");
    long maximum = limit("payload of a" + (name.isEmpty() ? "n unknown type" : " " + name));
    long tag = seal.isPresent() ? 16 : 0;
    require(Long.compareUnsigned(length, maximum + tag) <= 0, "payload too long");
    require(length <= in.remaining(), "is cut");
    require(header.get("payloadCrc32c").equals(crc(in.position(), length)), "CRC of a payload");
    objects.add(found(at, name, objref, (int) length));
    while (in.position() % 8 != 0) {
      require(in.get() == 0, "padding");
    }
    headers.update(in.slice(at, 20));
    return name;
  }

  private Found found(long at, String name, long objref, int length) throws Refused {
    int start = in.position();
    in.position(start + length);
    ByteBuffer payload =
        seal.isPresent() ? seal.get().open(in, (int) at, length) : in.slice(start, length);
    if (name.isEmpty()) {
      return new Found(at, name, objref, Map.of(), new byte[0]);
    }
    Map<String, Object> fields = SpecDecoder.decode(spec, shared, name, name, payload);
    byte[] pages = new byte[0];
    if (name.equals("PARENT_PAGES")) {
      ascend(fields, endOfParentPages);
    } else if (name.startsWith("PAGE_ARRAY")) {
      pages = pages(at, fields, payload, start);
    } else if (name.equals("INDEX")) {
      index(at, list(fields, "entries"));
    } else if (name.equals("TAIL")) {
      tail(fields);
    } else if (name.equals("SEAL")) {
      seal = Optional.of(SecondSeal.of(fields, secret.orElseThrow(() -> new Refused("no key"))));
    }
    require(!payload.hasRemaining(), "bytes behind the record " + name);
    if (objref > 0) {
      shared.put(objref, name);
      byObjref.put(objref, fields);
    }
    return new Found(at, name, objref, fields, pages);
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> list(Map<String, Object> fields, String name) {
    return (List<Map<String, Object>>) fields.get(name);
  }

  /** Runs of one owner, each behind the others; gives the end of the last. */
  private long ascend(Map<String, Object> pages, Map<Object, Long> ends) throws Refused {
    Object owner = pages.get("owner");
    require(!byObjref.get(owner).getOrDefault("embedded", 1L).equals(0L), "not embedded");
    long end = ends.getOrDefault(owner, 0L);
    for (Map<String, Object> run : list(pages, "runs")) {
      long addr = (long) run.get("addr");
      require(addr >= end, "runs do not ascend");
      end = addr + (long) run.get("nrPages") * PAGE;
      require(end <= limit("end of user space"), "a run ends behind the end of user space");
    }
    ends.put(owner, end);
    return end;
  }

  private byte[] pages(long at, Map<String, Object> array, ByteBuffer payload, int start)
      throws Refused {
    Object owner = array.get("owner");
    long end = ascend(array, endOfOwner);
    long nrData = 0;
    for (Map<String, Object> run : list(array, "runs")) {
      nrData += run.get("kind").equals(1L) ? (long) run.get("nrPages") : 0;
    }
    require(nrData <= limit("DATA pages of a page array"), "too many pages");
    require(nrData > 0 || !array.containsKey("codec"), "nothing to compress");
    Object first = list(array, "runs").get(0).get("addr");
    pageArrays.add(Map.of("offset", at, "owner", owner, "addr", first, "end", end));
    require(pageArrays.size() <= limit("page arrays of a stream"), "too many page arrays");
    nrDataPages += nrData;
    if (array.containsKey("codec")) {
      return expanded(array, payload, (int) nrData * PAGE);
    }
    while (nrData > 0 && (start + payload.position()) % PAGE != 0) {
      require(payload.get() == 0, "padding before pages");
    }
    byte[] pages = new byte[(int) nrData * PAGE];
    payload.get(pages);
    return pages;
  }

  private static byte[] expanded(Map<String, Object> array, ByteBuffer payload, int lenBytes)
      throws Refused {
    byte[] compressed = new byte[payload.remaining()];
    require(compressed.length < lenBytes, "compressed bytes that are no fewer than the pages");
    payload.get(compressed);
    return SecondCodec.expand((long) array.get("codec"), compressed, lenBytes);
  }

  private void index(long at, List<Map<String, Object>> more) throws Refused {
    boolean first = indexOffset == 0;
    indexOffset = first ? at : indexOffset;
    boolean full = entries.size() % limit("entries of an INDEX object") == 0;
    require(first || (full && !more.isEmpty()), "an INDEX that need not be there");
    entries.addAll(more);
  }

  private void tail(Map<String, Object> tail) throws Refused {
    require(entries.equals(pageArrays), "the index is not that of the page arrays");
    Map<String, Object> counted =
        Map.of(
            "nrObjects",
            (long) objects.size(),
            "nrPageArrays",
            (long) pageArrays.size(),
            "nrDataPages",
            nrDataPages,
            "indexOffset",
            indexOffset,
            "headersCrc32c",
            headers.getValue());
    require(tail.entrySet().containsAll(counted.entrySet()), tail + " is not " + counted);
    require(order.toString().matches(GRAMMAR), "an object out of its place");
  }
}
