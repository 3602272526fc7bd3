package dev.ckpt.format;

import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Images of a small task to compare: in each of them its objects may have other numbers. */
final class DiffImages {
  static final int PAGE = Limits.PAGE_SIZE;

  /** Mappings of 16 pages each. */
  static final long ANON = 0x10_0000L;

  static final long LIBRARY = 0x20_0000L;
  static final long SHARED = 0x30_0000L;
  static final long UNMAPPED = 0x40_0000L;
  static final int NR_PAGES = 16;

  /** What a page is, if it is not the seed of its bytes: a run of zeros, or their bytes. */
  static final int ZERO = 0;

  static final int ZERO_DATA = -1;

  /** Objects by their numbers, counted from a base. */
  static final int EXE = 1;

  static final int SO = 2;
  static final int MM = 3;
  static final int SHMEM = 4;
  static final int OPEN = 5;

  private DiffImages() {}

  /** State objects, whose references are above a number. */
  static List<ImageObject> state(int base) {
    List<ImageObject> state = new ArrayList<>();
    state.add(object(0, Samples.header(UUID.randomUUID(), Header.NO_PARENT)));
    state.add(object(0, TaskSamples.task()));
    state.add(object(0, TaskSamples.thread()));
    state.add(object(base + EXE, file("/bin/task")));
    state.add(object(base + SO, file("/lib/library.so")));
    state.add(object(base + MM, mm(base + EXE)));
    state.add(object(base + SHMEM, MemorySamples.shmem()));
    state.add(object(0, vma(ANON, NR_PAGES, 0, VmaKind.ANON_PRIVATE)));
    state.add(object(0, vma(LIBRARY, NR_PAGES, base + SO, VmaKind.FILE_PRIVATE)));
    state.add(object(0, vma(SHARED, NR_PAGES, base + SHMEM, VmaKind.ANON_SHARED)));
    state.add(object(base + OPEN, new FileRegular(base + EXE, 0x8000, 77)));
    state.add(object(0, new Fd(5, 0, base + OPEN)));
    return state;
  }

  static ImageObject object(int objref, ImageRecord record) {
    return new ImageObject(0, objref, record);
  }

  static FileRef file(String path) {
    FileRef of = Samples.fileRef();
    return new FileRef(
        ByteString.of(path),
        of.dev(),
        of.ino(),
        of.mode(),
        of.size(),
        of.mtimeNanos(),
        of.buildId(),
        of.uid(),
        of.gid(),
        false);
  }

  private static Mm mm(int exe) {
    Mm of = Samples.mm();
    return new Mm(
        of.startCode(),
        of.endCode(),
        of.startData(),
        of.endData(),
        of.startBrk(),
        of.brk(),
        of.startStack(),
        of.argStart(),
        of.argEnd(),
        of.envStart(),
        of.envEnd(),
        of.auxv(),
        exe,
        of.vdsoStart(),
        of.vdsoEnd(),
        of.vvarStart(),
        of.vdsoCrc32c(),
        of.coredumpFilter(),
        of.lockFuture());
  }

  static Vma vma(long start, int nrPages, int backing, VmaKind kind) {
    return new Vma(
        start, start + (long) nrPages * PAGE, 3, 0x22, 0, 0, backing, ByteString.EMPTY, kind);
  }

  /** Writes an image; of its pages, by owner and address, arrays have so many at most. */
  static Path write(
      Path path, List<ImageObject> state, Map<Integer, TreeMap<Long, Integer>> pages, int nrMax)
      throws IOException {
    try (FileChannel file =
            FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        ImageWriter writer = new ImageWriter(file)) {
      for (ImageObject object : state) {
        writer.reserveObjrefs(object.objref());
        writer.write(object.objref(), object.record());
      }
      for (Map.Entry<Integer, TreeMap<Long, Integer>> owner : pages.entrySet()) {
        writePages(writer, owner.getKey(), owner.getValue(), nrMax);
      }
      writer.finish();
    }
    return path;
  }

  private static void writePages(
      ImageWriter writer, int owner, TreeMap<Long, Integer> pages, int nrMax) throws IOException {
    List<PageRun> runs = new ArrayList<>();
    ByteBuffer content = ByteBuffer.allocateDirect(nrMax * PAGE);
    int nr = 0;
    for (Map.Entry<Long, Integer> page : pages.entrySet()) {
      boolean data = page.getValue() != ZERO;
      FoldedPages.append(runs, page.getKey(), 1, data ? PageKind.DATA : PageKind.ZERO);
      if (data) {
        content.put(
            page.getValue() == ZERO_DATA ? new byte[PAGE] : ChainModel.page(page.getValue()));
      }
      if (++nr == nrMax || page.getKey().equals(pages.lastKey())) {
        writer.writePages(new PageArray(owner, runs), content.flip());
        runs.clear();
        content.clear();
        nr = 0;
      }
    }
  }
}
