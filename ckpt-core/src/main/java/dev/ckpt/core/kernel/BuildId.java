package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The GNU build id of an ELF file: a number that the linker made from all of its content, and that
 * no later copy, installation or strip changes. Only files of 64 bits, little-endian, are looked
 * at: no other can be mapped to be executed here.
 *
 * <p>Source: {@code linux/elf.h}, elf(5) "Notes".
 */
public final class BuildId {
  private static final int HEADER_BYTES = 64;
  private static final int MAGIC = 0x464c457f;
  private static final int ELFCLASS64 = 2;
  private static final int ELFDATA2LSB = 1;
  private static final int PHDR_BYTES = 56;
  private static final int PT_NOTE = 4;
  private static final int NOTE_HEADER_BYTES = 12;
  private static final int NT_GNU_BUILD_ID = 3;
  private static final int GNU = 0x00554e47;

  /** More program headers, or a longer segment of notes, are no file of a linker's. */
  private static final int MAX_PHDRS = 256;

  private static final int MAX_NOTES_BYTES = 64 * 1024;

  private BuildId() {}

  /** Where the bytes of a file come from. */
  interface Source {
    /** Up to so many bytes; fewer where the file ends. */
    ByteBuffer read(long offset, int lenBytes) throws SyscallException;
  }

  /**
   * That of a file; nothing when it has none, or is not ours to read.
   *
   * <p>NB: it is opened, which would break a write lease. On a file that is mapped, and so is open
   * for reading, nobody can have one (fcntl(2)).
   */
  public static Optional<ByteString> of(ByteString path) throws SyscallException {
    try (Fd file = Fd.open(path.toByteArray(), Fcntl.O_RDONLY | Fcntl.O_CLOEXEC, 0)) {
      return find((offset, lenBytes) -> read(file, offset, lenBytes));
    } catch (SyscallException e) {
      if (e.errno() == Errno.EACCES || e.errno() == Errno.EPERM) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static ByteBuffer read(Fd file, long offset, int lenBytes) throws SyscallException {
    NativeBuffer buffer = NativeBuffer.allocate(lenBytes);
    int n = (int) file.pread(buffer.address(), lenBytes, offset);
    return ByteBuffer.wrap(buffer.getBytes(0, n));
  }

  /** Looks through the segments of notes. */
  static Optional<ByteString> find(Source file) throws SyscallException {
    ByteBuffer header = read(file, 0, HEADER_BYTES);
    if (header.remaining() < HEADER_BYTES
        || header.getInt(0) != MAGIC
        || header.get(4) != ELFCLASS64
        || header.get(5) != ELFDATA2LSB
        || header.getShort(54) != PHDR_BYTES) {
      return Optional.empty();
    }
    int nrPhdrs = Math.min(header.getShort(56) & 0xffff, MAX_PHDRS);
    ByteBuffer phdrs = read(file, header.getLong(32), nrPhdrs * PHDR_BYTES);
    for (int at = 0; at + PHDR_BYTES <= phdrs.limit(); at += PHDR_BYTES) {
      if (phdrs.getInt(at) == PT_NOTE) {
        Optional<ByteString> id =
            inNotes(notes(file, phdrs, at), phdrs.getLong(at + 48) == Long.BYTES ? 8 : 4);
        if (id.isPresent()) {
          return id;
        }
      }
    }
    return Optional.empty();
  }

  private static ByteBuffer notes(Source file, ByteBuffer phdrs, int at) throws SyscallException {
    long lenBytes = phdrs.getLong(at + 32);
    boolean sane = lenBytes >= 0 && lenBytes <= MAX_NOTES_BYTES;
    return read(file, phdrs.getLong(at + 8), sane ? (int) lenBytes : 0);
  }

  private static ByteBuffer read(Source file, long offset, int lenBytes) throws SyscallException {
    boolean sane = offset >= 0 && offset <= Long.MAX_VALUE - lenBytes && lenBytes > 0;
    ByteBuffer bytes = sane ? file.read(offset, lenBytes) : ByteBuffer.allocate(0);
    return bytes.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A note is the lengths of name and content, a type, the name, and the content, all aligned. */
  private static Optional<ByteString> inNotes(ByteBuffer notes, int alignment) {
    long at = 0;
    while (at + NOTE_HEADER_BYTES <= notes.limit()) {
      int note = (int) at;
      long nameBytes = Integer.toUnsignedLong(notes.getInt(note));
      long idBytes = Integer.toUnsignedLong(notes.getInt(note + 4));
      long content = aligned(at + NOTE_HEADER_BYTES + nameBytes, alignment);
      if (content + idBytes > notes.limit()) {
        return Optional.empty();
      }
      if (notes.getInt(note + 8) == NT_GNU_BUILD_ID
          && nameBytes == Integer.BYTES
          && notes.getInt(note + NOTE_HEADER_BYTES) == GNU
          && idBytes > 0
          && idBytes <= Limits.MAX_BUILD_ID_BYTES) {
        byte[] id = new byte[(int) idBytes];
        notes.get((int) content, id);
        return Optional.of(ByteString.of(id));
      }
      at = aligned(content + idBytes, alignment);
    }
    return Optional.empty();
  }

  private static long aligned(long offset, int alignment) {
    return (offset + alignment - 1) & -alignment;
  }
}
