package dev.ckpt.convert.core;

import dev.ckpt.convert.Machines;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.PreDump;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes an ELF core file of an image: what the kernel would have written if the process had
 * crashed when it was frozen.
 *
 * <p>Layout: ELF header; program headers, a PT_NOTE and a PT_LOAD for each mapping or part of one;
 * with 65535 of them or more one section header that says so; notes; from a page boundary on the
 * memory of the segments in the order of their addresses.
 *
 * <p>Source: core(5), elf(5), fs/binfmt_elf.c.
 */
public final class ElfCore {
  private static final ByteString IDENT =
      ByteString.of(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  private static final int ET_CORE = 4;
  private static final int EV_CURRENT = 1;
  private static final int EHDR_BYTES = 64;
  private static final int PHDR_BYTES = 56;
  private static final int SHDR_BYTES = 64;
  private static final int PT_LOAD = 1;
  private static final int PT_NOTE = 4;
  private static final int PN_XNUM = 0xffff;
  private static final int NOTE_ALIGNMENT = 4;

  private final CoreStream out;
  private final CoreMemory memory;
  private final List<CoreSegment> segments;
  private final List<CoreNote> notes;

  /**
   * What was written.
   *
   * @param nrThreads how many threads it has
   * @param nrSegments how many PT_LOADs
   * @param fileBytes size of the file, holes included
   * @param memoryBytes bytes of memory in it, zeros included
   * @param missing mapped files that are not there any more as they were: their pages are left out
   */
  public record Result(
      int nrThreads, int nrSegments, long fileBytes, long memoryBytes, List<ByteString> missing) {}

  private ElfCore(
      CoreStream out, CoreMemory memory, List<CoreSegment> segments, List<CoreNote> notes) {
    this.out = out;
    this.memory = memory;
    this.segments = segments;
    this.notes = notes;
  }

  /**
   * Writes one.
   *
   * @param state of the image
   * @param pages of the image and all that it builds on, {@link ImageChain#from}
   * @param all whether all memory that can be read goes into it, whatever coredump_filter says
   * @throws CorruptImageException if the image is damaged or contradicts itself
   * @throws CkptException if it is of a pre-dump, or a mapped file changes meanwhile
   */
  public static Result write(ImageState state, ImageChain pages, boolean all, CoreOutput output)
      throws IOException {
    requireUsable(state);
    try (MappedFiles files = new MappedFiles()) {
      CoreMemory memory = new CoreMemory(state, pages, files);
      CorePlan plan = CorePlan.of(state, memory, new CoreFilter(state.mm().coredumpFilter(), all));
      List<CoreNote> process = new ArrayList<>(ProcessNotes.of(state, memory, plan.mappings()));
      process.add(FileNote.of(plan.mappings()));
      CoreStream out = new CoreStream(output);
      new ElfCore(out, memory, plan.segments(), ThreadNotes.of(state, process)).write();
      return new Result(
          state.threads().size(),
          plan.segments().size(),
          out.offset(),
          plan.segments().stream().mapToLong(CoreSegment::fileBytes).sum(),
          plan.missing().stream().map(FileRef::path).toList());
    }
  }

  private static void requireUsable(ImageState state) throws CkptException {
    if (!state.all(PreDump.class).isEmpty()) {
      throw new CkptException(
          FailureCode.CORE_PRE_DUMP,
          "the image is of a pre-dump, whose pages are of many moments: make a core of one that"
              + " builds on it");
    }
    Machines.requireX86(state);
  }

  private int nrProgramHeaders() {
    return 1 + segments.size();
  }

  private boolean isExtended() {
    return nrProgramHeaders() >= PN_XNUM;
  }

  private long sectionOffset() {
    return EHDR_BYTES + (long) nrProgramHeaders() * PHDR_BYTES;
  }

  private long notesOffset() {
    return sectionOffset() + (isExtended() ? SHDR_BYTES : 0);
  }

  private long notesBytes() {
    return notes.stream().mapToLong(CoreNote::lenBytes).sum();
  }

  private void write() throws IOException {
    putHeader();
    putProgramHeaders();
    if (isExtended()) {
      putSection();
    }
    for (CoreNote note : notes) {
      note.put(out);
    }
    out.align(Limits.PAGE_SIZE);
    ByteBuffer buffer = ByteBuffer.allocateDirect(Limits.MAX_ARRAY_DATA_PAGES * Limits.PAGE_SIZE);
    for (CoreSegment segment : segments) {
      putMemory(segment, buffer);
    }
    out.flush();
  }

  private void putHeader() throws IOException {
    out.bytes(IDENT).u16(ET_CORE).u16(Header.EM_X86_64).u32(EV_CURRENT);
    out.u64(0).u64(EHDR_BYTES).u64(isExtended() ? sectionOffset() : 0).u32(0);
    out.u16(EHDR_BYTES).u16(PHDR_BYTES).u16(isExtended() ? PN_XNUM : nrProgramHeaders());
    out.u16(isExtended() ? SHDR_BYTES : 0).u16(isExtended() ? 1 : 0).u16(0);
  }

  /** The section of number 0: sh_size is e_shnum, sh_info is e_phnum. */
  private void putSection() throws IOException {
    out.u32(0).u32(0).u64(0).u64(0).u64(0).u64(1).u32(0).u32(nrProgramHeaders()).u64(0).u64(0);
  }

  private void putProgramHeaders() throws IOException {
    out.u32(PT_NOTE).u32(0).u64(notesOffset()).u64(0).u64(0);
    out.u64(notesBytes()).u64(0).u64(NOTE_ALIGNMENT);
    long offset = (notesOffset() + notesBytes() + Limits.PAGE_SIZE - 1) & -Limits.PAGE_SIZE;
    for (CoreSegment segment : segments) {
      out.u32(PT_LOAD).u32(flags(segment.mapping().vma().prot())).u64(offset);
      out.u64(segment.start()).u64(0).u64(segment.fileBytes()).u64(segment.memBytes());
      out.u64(Limits.PAGE_SIZE);
      offset += segment.fileBytes();
    }
  }

  /** PROT_READ 1, PROT_WRITE 2, PROT_EXEC 4 as PF_R 4, PF_W 2, PF_X 1. */
  private static int flags(int prot) {
    return (prot & 1) << 2 | prot & 2 | prot >> 2 & 1;
  }

  private void putMemory(CoreSegment segment, ByteBuffer buffer) throws IOException {
    long addr = segment.start();
    long end = addr + segment.fileBytes();
    while (addr < end) {
      CoreMemory.Span span = memory.read(segment.mapping(), addr, end, buffer);
      if (span.kind() == CoreMemory.Kind.DATA) {
        out.pages(buffer.flip());
      } else {
        out.skip(span.end() - addr);
      }
      addr = span.end();
    }
  }
}
