package dev.ckpt.convert.core;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The note that says which files are mapped where, NT_FILE: their number, the size of a page, for
 * each start, end and page offset in the file, and then the names.
 *
 * <p>Source: linux/elf.h, fs/binfmt_elf.c.
 */
final class FileNote {
  private static final int NT_FILE = 0x46494c45;
  private static final int HEADER_BYTES = 2 * Long.BYTES;
  private static final int ENTRY_BYTES = 3 * Long.BYTES;

  /** What the kernel's limit may be set to at most; as many mappings are named as fit. */
  private static final int MAX_BYTES = 16 << 20;

  private final List<CoreMapping> named = new ArrayList<>();
  private long lenBytes = HEADER_BYTES;

  private FileNote(List<CoreMapping> mappings) {
    for (CoreMapping mapping : mappings) {
      long len = mapping.fileName().map(name -> ENTRY_BYTES + name.length() + 1).orElse(0);
      if (len > 0 && lenBytes + len <= MAX_BYTES) {
        lenBytes += len;
        named.add(mapping);
      }
    }
  }

  /** The note on these mappings. */
  static CoreNote of(List<CoreMapping> mappings) {
    FileNote note = new FileNote(mappings);
    return new CoreNote(CoreNote.CORE, NT_FILE, note.lenBytes, note::put);
  }

  private void put(CoreStream out) throws IOException {
    out.u64(named.size()).u64(Limits.PAGE_SIZE);
    for (CoreMapping mapping : named) {
      out.u64(mapping.vma().start())
          .u64(mapping.vma().end())
          .u64(mapping.vma().pgoffBytes() / Limits.PAGE_SIZE);
    }
    for (CoreMapping mapping : named) {
      out.bytes(mapping.fileName().orElse(ByteString.EMPTY)).u8(0);
    }
  }
}
