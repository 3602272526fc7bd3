package dev.ckpt.core.tracee;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ckpt.error.CorruptImageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The functions of a vdso of 64 bits, by what programs find them by: the dynamic symbol table of
 * its ELF image. It may be that of an image, so nothing in it is taken on trust.
 *
 * <p>Source: elf(5), vdso(7); the hash table of GNU has no number of symbols, but its last chain
 * ends with the last of them.
 */
public final class VdsoElf {
  private static final int HEADER_BYTES = 64;
  private static final int MAGIC = 0x464c457f;
  private static final int ELFCLASS64 = 2;
  private static final int ELFDATA2LSB = 1;
  private static final int EM_X86_64 = 62;
  private static final int PHDR_BYTES = 56;
  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final int DYN_BYTES = 16;
  private static final int DT_NULL = 0;
  private static final int DT_HASH = 4;
  private static final int DT_STRTAB = 5;
  private static final int DT_SYMTAB = 6;
  private static final int DT_GNU_HASH = 0x6ffffef5;
  private static final int SYM_BYTES = 24;
  private static final int STT_FUNC = 2;
  private static final int MAX_NAME_BYTES = 64;
  private static final int GNU_HASH_BYTES = 16;

  /** A vdso has a dozen. */
  private static final int MAX_SYMBOLS = 256;

  /** Also a name without the prefix leads to each function. */
  private static final String PREFIX = "__vdso_";

  private final ByteBuffer image;
  private final Map<Integer, Function> functions = new TreeMap<>();
  private final Map<Long, Long> dynamic = new TreeMap<>();

  /** What is added to an address in the ELF image to have the place in its bytes. */
  private long bias;

  /**
   * A function.
   *
   * @param offset where it begins, from the start of the vdso
   * @param names without the prefix that all names have once more
   */
  public record Function(int offset, int lenBytes, Collection<String> names) {}

  private VdsoElf(byte[] content) {
    image = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Reads it.
   *
   * @throws CorruptImageException if it is no vdso of 64 bits
   */
  public static VdsoElf of(byte[] content) throws CorruptImageException {
    VdsoElf elf = new VdsoElf(content);
    elf.readHeaders();
    elf.readSymbols(elf.nrSymbols());
    return elf;
  }

  /** All functions, in the order of their places. */
  public Collection<Function> functions() {
    return functions.values();
  }

  /** One with any of these names. */
  public Optional<Function> find(Collection<String> names) {
    return functions.values().stream()
        .filter(function -> function.names().stream().anyMatch(names::contains))
        .findFirst();
  }

  private void readHeaders() throws CorruptImageException {
    int header = place(0, HEADER_BYTES, "an ELF header");
    check(
        image.getInt(header) == MAGIC
            && image.get(4) == ELFCLASS64
            && image.get(5) == ELFDATA2LSB
            && image.getShort(18) == EM_X86_64
            && image.getShort(54) == PHDR_BYTES,
        "an ELF image of x86-64");
    int nrPhdrs = image.getShort(56) & 0xffff;
    int phdrs = place(image.getLong(32), (long) nrPhdrs * PHDR_BYTES, "program headers");
    int loads = 0;
    for (int at = phdrs; at < phdrs + nrPhdrs * PHDR_BYTES; at += PHDR_BYTES) {
      if (image.getInt(at) == PT_LOAD) {
        bias = image.getLong(at + 8) - image.getLong(at + 16);
        loads++;
      }
    }
    check(loads == 1, "one segment to load");
    for (int at = phdrs; at < phdrs + nrPhdrs * PHDR_BYTES; at += PHDR_BYTES) {
      if (image.getInt(at) == PT_DYNAMIC) {
        readDynamic(image.getLong(at + 8), image.getLong(at + 32));
      }
    }
  }

  private void readDynamic(long offset, long lenBytes) throws CorruptImageException {
    int begin = place(offset, lenBytes, "a dynamic section");
    for (int at = begin; at + DYN_BYTES <= begin + lenBytes; at += DYN_BYTES) {
      long tag = image.getLong(at);
      if (tag == DT_NULL) {
        return;
      }
      dynamic.putIfAbsent(tag, image.getLong(at + 8));
    }
  }

  /** Where in the image a table of the dynamic section begins. */
  private int table(int tag, long lenBytes, String what) throws CorruptImageException {
    Long address = dynamic.get((long) tag);
    check(address != null, what);
    return place(address + bias, lenBytes, what);
  }

  private int nrSymbols() throws CorruptImageException {
    long nr;
    if (dynamic.containsKey((long) DT_HASH)) {
      nr = Integer.toUnsignedLong(image.getInt(table(DT_HASH, 8, "a hash table") + 4));
    } else {
      nr = nrHashedByGnu();
    }
    check(nr <= MAX_SYMBOLS, "at most " + MAX_SYMBOLS + " symbols");
    return (int) nr;
  }

  private long nrHashedByGnu() throws CorruptImageException {
    int table = table(DT_GNU_HASH, GNU_HASH_BYTES, "a hash table");
    long nrBuckets = Integer.toUnsignedLong(image.getInt(table));
    long first = Integer.toUnsignedLong(image.getInt(table + 4));
    long bloomBytes = Integer.toUnsignedLong(image.getInt(table + 8)) * Long.BYTES;
    check(nrBuckets <= MAX_SYMBOLS && first <= MAX_SYMBOLS, "a hash table of few symbols");
    int buckets =
        place(table + GNU_HASH_BYTES + bloomBytes, nrBuckets * Integer.BYTES, "hash buckets");
    long last = 0;
    for (int i = 0; i < nrBuckets; i++) {
      last = Math.max(last, Integer.toUnsignedLong(image.getInt(buckets + i * Integer.BYTES)));
    }
    if (last < first) {
      return first;
    }
    long chains = buckets + nrBuckets * Integer.BYTES;
    while (true) {
      check(last < MAX_SYMBOLS, "a hash table of few symbols");
      int link = place(chains + (last - first) * Integer.BYTES, Integer.BYTES, "a hash chain");
      last++;
      if ((image.getInt(link) & 1) != 0) {
        return last;
      }
    }
  }

  private void readSymbols(int nr) throws CorruptImageException {
    int symbols = table(DT_SYMTAB, (long) nr * SYM_BYTES, "a symbol table");
    for (int at = symbols; at < symbols + nr * SYM_BYTES; at += SYM_BYTES) {
      boolean defined = image.getShort(at + 6) != 0;
      if (defined && (image.get(at + 4) & 0xf) == STT_FUNC) {
        readFunction(at);
      }
    }
  }

  private void readFunction(int symbol) throws CorruptImageException {
    long lenBytes = image.getLong(symbol + 16);
    int offset = place(image.getLong(symbol + 8) + bias, lenBytes, "a function");
    String name = name(Integer.toUnsignedLong(image.getInt(symbol)));
    Function function =
        functions.computeIfAbsent(offset, at -> new Function(at, (int) lenBytes, new TreeSet<>()));
    check(function.lenBytes() == lenBytes, "one size of function " + name);
    function.names().add(name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name);
  }

  private String name(long offset) throws CorruptImageException {
    int begin = place(table(DT_STRTAB, 0, "names") + offset, 1, "a name");
    int end = begin;
    while (end < image.limit() && image.get(end) != 0) {
      end++;
    }
    check(end < image.limit() && end - begin <= MAX_NAME_BYTES, "a short name");
    return new String(image.array(), begin, end - begin, ISO_8859_1);
  }

  /** A place in the image, if so many bytes are there. */
  private int place(long offset, long lenBytes, String what) throws CorruptImageException {
    check(
        offset >= 0
            && lenBytes >= 0
            && offset <= image.limit() - Math.min(lenBytes, image.limit())
            && lenBytes <= image.limit(),
        what);
    return (int) offset;
  }

  private static void check(boolean holds, String expected) throws CorruptImageException {
    if (!holds) {
      throw new CorruptImageException(0, "vdso", expected, "none");
    }
  }
}
