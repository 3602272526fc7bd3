package dev.ckpt.convert.criu;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.convert.OutputFolder;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.PageStream;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.VdsoImage;
import dev.ckpt.format.record.Vma;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes the pages of all owners.
 *
 * <p>A page that CRIU has nowhere is zero in memory without a file, and else the file's. So zero
 * pages are written where a mapping shows a file, and nowhere else. The vdso has its pages among
 * those of the task.
 */
final class Memory implements AutoCloseable {
  private final ImageState state;
  private final OutputFolder folder;

  /** The private mappings of files, by their addresses. */
  private final NavigableMap<Long, Vma> ofFiles = new TreeMap<>();

  private final Map<Integer, PageFiles> pagemaps = new HashMap<>();
  private final Map<Integer, GhostContent> ghosts = new HashMap<>();
  private Optional<ByteString> vdso;
  private int lastPagesId;

  @MustBeClosed
  Memory(ImageState state, OutputFolder folder) {
    this.state = state;
    this.folder = folder;
    vdso = state.all(VdsoImage.class).stream().map(VdsoImage::content).findFirst();
    for (Vma vma : state.vmas()) {
      if (vma.kind().backed()) {
        ofFiles.put(vma.start(), vma);
      }
    }
  }

  /** Writes them up to the end of the stream. */
  // What is opened here is closed with this.
  @SuppressWarnings("MustBeClosedChecker")
  void write(PageStream pages) throws IOException {
    for (Map.Entry<Integer, Mm> mm : state.shared(Mm.class).entrySet()) {
      String name = ImgKind.PAGEMAP.file(state.task().pid());
      pagemaps.put(mm.getKey(), PageFiles.create(folder, name, ++lastPagesId));
    }
    for (Map.Entry<Integer, Shmem> shmem : state.shared(Shmem.class).entrySet()) {
      pagemaps.put(
          shmem.getKey(),
          PageFiles.create(folder, ImgKind.shmemPagemap(shmem.getKey()), ++lastPagesId));
    }
    for (Map.Entry<Integer, GhostFile> ghost : state.shared(GhostFile.class).entrySet()) {
      ghosts.put(ghost.getKey(), GhostContent.create(folder, ghost.getKey(), ghost.getValue()));
    }
    for (Optional<ImageObject> next = pages.next(); next.isPresent(); next = pages.next()) {
      if (next.get().record() instanceof PageArray array) {
        write(next.get(), array, pages.pages());
      }
    }
    for (Map.Entry<Integer, PageFiles> each : pagemaps.entrySet()) {
      if (state.find(each.getKey()).orElseThrow() instanceof Mm mm) {
        putVdso(mm, each.getValue(), Long.MAX_VALUE);
      }
      each.getValue().finish();
    }
  }

  private void write(ImageObject object, PageArray array, ByteBuffer bytes) throws IOException {
    ImageRecord owner = state.find(array.owner()).orElseThrow();
    PageFiles files = pagemaps.get(array.owner());
    GhostContent ghost = ghosts.get(array.owner());
    if (files == null && ghost == null && !(owner instanceof FileRef)) {
      throw new CorruptImageException(
          object.offset(), "PAGE_ARRAY", "an owner that has pages", owner.type().name());
    }
    for (PageRun run : array.runs()) {
      ByteBuffer data = bytes;
      if (run.kind() == PageKind.DATA) {
        int lenBytes = (int) run.nrPages() * Limits.PAGE_SIZE;
        data = bytes.slice(bytes.position(), lenBytes);
        bytes.position(bytes.position() + lenBytes);
      }
      if (files != null) {
        if (owner instanceof Mm mm) {
          putVdso(mm, files, run.addr());
        }
        put(owner, files, run, data);
      } else if (ghost != null && run.kind() == PageKind.DATA) {
        ghost.data(run.addr(), data);
      }
    }
  }

  private void put(ImageRecord owner, PageFiles files, PageRun run, ByteBuffer data)
      throws IOException {
    if (run.kind() == PageKind.DATA) {
      files.data(run.addr(), data);
      return;
    }
    if (!(owner instanceof Mm)) {
      return;
    }
    Map.Entry<Long, Vma> before = ofFiles.floorEntry(run.addr());
    long from = before == null ? run.addr() : before.getKey();
    for (Vma vma : ofFiles.subMap(from, run.end()).values()) {
      long start = Math.max(vma.start(), run.addr());
      long end = Math.min(vma.end(), run.end());
      if (start < end) {
        files.zeros(start, (end - start) / Limits.PAGE_SIZE);
      }
    }
  }

  /** Writes the pages of the vdso if they come before an address. */
  private void putVdso(Mm mm, PageFiles files, long addr) throws IOException {
    if (vdso.isPresent() && mm.vdsoStart() < addr) {
      files.data(mm.vdsoStart(), ByteBuffer.wrap(vdso.get().toByteArray()));
      vdso = Optional.empty();
    }
  }

  @Override
  public void close() throws IOException {
    IOException first = null;
    for (AutoCloseable each :
        java.util.stream.Stream.concat(pagemaps.values().stream(), ghosts.values().stream())
            .toList()) {
      try {
        each.close();
      } catch (IOException e) {
        first = first == null ? e : first;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
