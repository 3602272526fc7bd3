package dev.ckpt.convert.core;

import dev.ckpt.convert.memory.Mappings;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.VdsoImage;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a task reads in its memory, by address: the pages of its own, below them those of memory
 * objects, and below those the files that are still what was mapped.
 *
 * <p>Whatever the size of mappings, one call takes a moment: pages that are alike are one answer.
 */
final class CoreMemory {
  /** What some pages that follow one another are. */
  enum Kind {
    /** They were put into the buffer. */
    DATA,
    ZERO,
    /** They are of a file that is not there any more. */
    MISSING
  }

  /** Pages of one kind, up to an address. */
  record Span(Kind kind, long end) {}

  private final ImageChain pages;
  private final MappedFiles files;
  private final int mm;
  private final Optional<ByteString> vdso;

  CoreMemory(ImageState state, ImageChain pages, MappedFiles files) throws CorruptImageException {
    this.pages = pages;
    this.files = files;
    mm = Mappings.of(state).mm();
    vdso = state.all(VdsoImage.class).stream().map(VdsoImage::content).findFirst();
  }

  MappedFiles files() {
    return files;
  }

  /**
   * Reads pages of a mapping from an address on, up to a limit at most.
   *
   * @param into takes as many as it has room for, at least one; is cleared first
   */
  Span read(CoreMapping mapping, long addr, long limit, ByteBuffer into) throws IOException {
    if (mapping.vma().kind() == VmaKind.VDSO) {
      return readVdso(mapping.vma(), addr, limit, into);
    }
    long end = limit;
    if (mapping.isPrivate()) {
      Owned own = owned(mm, addr, limit, into);
      if (own.kind().isPresent()) {
        return new Span(kind(own.kind().get()), own.end());
      }
      end = own.end();
    }
    return readBelow(mapping, addr, end, into);
  }

  /**
   * The first page of a mapping's own from an address on.
   *
   * @param into has room for a page
   * @return the limit if there is none
   */
  long nextOwn(long from, long limit, ByteBuffer into) throws IOException {
    long addr = from;
    while (addr < limit) {
      Owned own = owned(mm, addr, limit, into);
      if (own.kind().isPresent()) {
        return addr;
      }
      addr = own.end();
    }
    return limit;
  }

  /** Where the pages of a mapping's own end that begin at an address. */
  long endOfOwn(long from, long limit, ByteBuffer into) throws IOException {
    long addr = from;
    while (addr < limit) {
      Owned own = owned(mm, addr, limit, into);
      if (own.kind().isEmpty()) {
        return addr;
      }
      addr = own.end();
    }
    return limit;
  }

  private record Owned(Optional<PageKind> kind, long end) {}

  private Owned owned(int owner, long addr, long limit, ByteBuffer into) throws IOException {
    PageRun[] found = new PageRun[1];
    long end = pages.read(owner, addr, limit, into.clear(), run -> found[0] = run);
    return new Owned(Optional.ofNullable(found[0]).map(PageRun::kind), end);
  }

  private static Kind kind(PageKind kind) {
    return kind == PageKind.DATA ? Kind.DATA : Kind.ZERO;
  }

  private Span readBelow(CoreMapping mapping, long addr, long limit, ByteBuffer into)
      throws IOException {
    Vma vma = mapping.vma();
    if (mapping.backing().isEmpty()) {
      return new Span(Kind.ZERO, limit);
    }
    long offset = vma.pgoffBytes() + (addr - vma.start());
    if (mapping.outerFile().isPresent()) {
      return readFile(mapping.outerFile().get(), offset, addr, limit, into);
    }
    if (offset < 0 || offset >= Limits.USER_SPACE_END) {
      return new Span(Kind.ZERO, limit);
    }
    long to = Math.min(offset + (limit - addr), Limits.USER_SPACE_END);
    Owned there = owned(vma.backing(), offset, to, into);
    Kind kind = there.kind().isPresent() ? kind(there.kind().get()) : Kind.ZERO;
    return new Span(kind, addr + (there.end() - offset));
  }

  private Span readFile(FileRef file, long offset, long addr, long limit, ByteBuffer into)
      throws IOException {
    if (!files.has(file)) {
      return new Span(Kind.MISSING, limit);
    }
    if (offset < 0 || offset >= file.size()) {
      return new Span(Kind.ZERO, limit);
    }
    long left = (file.size() - offset - 1 | Limits.PAGE_SIZE - 1) + 1;
    int len = (int) Math.min(Math.min(limit - addr, left), into.clear().remaining());
    files.read(file, offset, into.limit(len));
    return new Span(Kind.DATA, addr + len);
  }

  private Span readVdso(Vma vma, long addr, long limit, ByteBuffer into) {
    ByteString content = vdso.orElse(ByteString.EMPTY);
    long from = addr - vma.start();
    if (from >= content.length()) {
      return new Span(vdso.isPresent() ? Kind.ZERO : Kind.MISSING, limit);
    }
    int len = (int) Math.min(Math.min(limit - addr, content.length() - from), into.clear().limit());
    into.put(content.substring((int) from, (int) from + len).asByteBuffer());
    return new Span(Kind.DATA, addr + len);
  }
}
