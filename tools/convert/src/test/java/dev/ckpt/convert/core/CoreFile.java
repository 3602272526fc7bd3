package dev.ckpt.convert.core;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A core file as somebody reads it who knows elf(5) and nothing of how it was written. */
final class CoreFile {
  private static final int PHDR_BYTES = 56;
  private static final int PN_XNUM = 0xffff;

  /** A program header. */
  record Segment(
      int type, int flags, long offset, long addr, long fileBytes, long memBytes, long align) {}

  /** A note. */
  record Note(String owner, int type, ByteBuffer content) {}

  private final CollectedOutput bytes;
  private final ElfCore.Result result;
  private final List<Segment> loads = new ArrayList<>();
  private final List<Note> notes = new ArrayList<>();

  CoreFile(CollectedOutput bytes, ElfCore.Result result) {
    this.bytes = bytes;
    this.result = result;
    ByteBuffer header = bytes.read(0, 64);
    assertEquals(0x464c457f, header.getInt(0));
    assertEquals(4, header.getShort(16), "ET_CORE");
    assertEquals(62, header.getShort(18), "EM_X86_64");
    long nr = header.getShort(56) & 0xffff;
    if (nr == PN_XNUM) {
      ByteBuffer section = bytes.read(header.getLong(40), 64);
      assertEquals(1, header.getShort(60), "e_shnum");
      assertEquals(1, section.getLong(32), "sh_size");
      nr = section.getInt(44);
    }
    long end = 0;
    for (int i = 0; i < nr; i++) {
      Segment segment = segment(bytes.read(header.getLong(32) + (long) i * PHDR_BYTES, PHDR_BYTES));
      if (i == 0) {
        assertEquals(4, segment.type(), "PT_NOTE");
        readNotes(segment);
      } else {
        assertEquals(1, segment.type(), "PT_LOAD");
        assertEquals(0, segment.offset() % 4096);
        loads.add(segment);
      }
      end = segment.offset() + segment.fileBytes();
    }
    assertEquals(bytes.size(), end + 4095 & -4096);
    assertEquals(bytes.size(), result.fileBytes());
    assertEquals(loads.size(), result.nrSegments());
  }

  private static Segment segment(ByteBuffer raw) {
    assertEquals(0, raw.getLong(24), "p_paddr");
    return new Segment(
        raw.getInt(0),
        raw.getInt(4),
        raw.getLong(8),
        raw.getLong(16),
        raw.getLong(32),
        raw.getLong(40),
        raw.getLong(48));
  }

  private void readNotes(Segment segment) {
    long at = segment.offset();
    long end = at + segment.fileBytes();
    while (at < end) {
      ByteBuffer head = bytes.read(at, 12);
      int nameBytes = head.getInt();
      int descBytes = head.getInt();
      String owner = ISO_8859_1.decode(bytes.read(at + 12, nameBytes - 1)).toString();
      long desc = at + 12 + (nameBytes + 3 & -4);
      notes.add(new Note(owner, head.getInt(), bytes.read(desc, descBytes)));
      at = desc + (descBytes + 3 & -4);
    }
    assertEquals(end, at);
  }

  ElfCore.Result result() {
    return result;
  }

  long writtenBytes() {
    return bytes.writtenBytes();
  }

  List<Segment> loads() {
    return loads;
  }

  List<Note> notes() {
    return notes;
  }

  /** The content of all notes of a type. */
  List<ByteBuffer> notes(int type) {
    return notes.stream().filter(note -> note.type() == type).map(Note::content).toList();
  }

  /** A byte of memory. */
  int byteAt(long addr) {
    for (Segment load : loads) {
      if (addr >= load.addr() && addr < load.addr() + load.fileBytes()) {
        return bytes.read(load.offset() + addr - load.addr(), 1).get(0);
      }
    }
    throw new AssertionError(Long.toHexString(addr) + " is in no segment of " + loads);
  }
}
