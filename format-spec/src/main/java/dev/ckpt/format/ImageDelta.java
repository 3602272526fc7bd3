package dev.ckpt.format;

import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.ParentPages;
import dev.ckpt.format.record.ParentPages.ParentRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Takes out of an image the pages of the address space that another image has as they are: the
 * opposite of {@link ImageMerge}. What is left builds on the other, and is the same checkpoint.
 */
public final class ImageDelta {
  private final ImageFile image;
  private final ImageState state;
  private final ImageChain parents;
  private final int mm;
  private final int parentMm;

  /** Pages that are equal there, in ascending order. */
  private final List<ParentRun> equal = new ArrayList<>();

  private ImageDelta(ImageFile image, ImageState state, ImageChain parents, int parentMm)
      throws IOException {
    this.image = image;
    this.state = state;
    this.parents = parents;
    this.mm = mmOf(state);
    this.parentMm = parentMm;
  }

  /**
   * Writes what is left, and finishes it.
   *
   * @param image one that stands on its own
   * @param parent where the other one is
   * @param uuid which it is
   * @param source opens that, and those that it builds on
   * @return how many pages are in the other one
   */
  public static long write(
      ImageFile image, ParentImage parent, UUID uuid, ParentSource source, ImageWriter writer)
      throws IOException {
    ImageState state = image.state();
    ImageState child =
        ImageState.of(
            List.of(
                new ImageObject(0, 0, state.header().withParent(uuid)),
                new ImageObject(0, 0, parent)));
    try (ImageChain parents = ImageChain.open(child, source)) {
      int parentMm = mmOf(parents.files().get(0).state());
      ImageDelta delta = new ImageDelta(image, state, parents, parentMm);
      delta.compare();
      delta.write(parent, uuid, writer);
      return delta.equal.stream().mapToLong(ParentRun::nrPages).sum();
    }
  }

  private static int mmOf(ImageState state) throws IOException {
    state.mm();
    return state.shared(Mm.class).keySet().iterator().next();
  }

  private void compare() throws IOException {
    ByteBuffer theirs = ByteBuffer.allocateDirect(Limits.PAGE_SIZE);
    try (ImageReader reader = image.reader()) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (next.get().record() instanceof PageArray array && array.owner() == mm) {
          compare(array, reader.pages(), theirs);
        }
      }
    }
  }

  private void compare(PageArray array, ByteBuffer pages, ByteBuffer theirs) throws IOException {
    for (PageRun run : array.runs()) {
      for (long addr = run.addr(); addr != run.end(); addr += Limits.PAGE_SIZE) {
        if (run.kind() != PageKind.DATA) {
          break;
        }
        ByteBuffer ours = pages.slice(pages.position(), Limits.PAGE_SIZE);
        pages.position(pages.position() + Limits.PAGE_SIZE);
        Optional<PageKind> kind = parents.readPage(parentMm, addr, theirs.clear());
        if (kind.isPresent() && theirs.flip().equals(ours)) {
          append(addr);
        }
      }
    }
  }

  private void append(long addr) {
    ParentRun last = equal.isEmpty() ? null : equal.get(equal.size() - 1);
    if (last != null && last.end() == addr && last.nrPages() < Limits.MAX_RUN_PAGES) {
      equal.set(equal.size() - 1, new ParentRun(last.addr(), last.nrPages() + 1));
    } else {
      equal.add(new ParentRun(addr, 1));
    }
  }

  private void write(ParentImage parent, UUID uuid, ImageWriter writer) throws IOException {
    List<ImageObject> objects = new ArrayList<>(state.objects());
    if (!equal.isEmpty()) {
      objects.replaceAll(
          object ->
              object.record() instanceof Header header
                  ? object.with(header.withParent(uuid))
                  : object);
    }
    ImageCopy.writeState(objects, writer);
    if (!equal.isEmpty()) {
      writer.write(parent);
    }
    for (int from = 0; from < equal.size(); from += Limits.MAX_PARENT_RUNS) {
      int to = Math.min(equal.size(), from + Limits.MAX_PARENT_RUNS);
      writer.write(new ParentPages(mm, parentMm, equal.subList(from, to)));
    }
    try (ImageReader reader = image.reader()) {
      ImageState.read(reader);
      Rest rest = new Rest();
      ImageCopy.writeRest(reader, (array, pages) -> rest.write(array, pages, writer), writer);
    }
    writer.finish();
  }

  /** What is left of the page arrays, in their order. */
  private final class Rest {
    private final ByteBuffer left =
        ByteBuffer.allocateDirect(Limits.MAX_ARRAY_DATA_PAGES * Limits.PAGE_SIZE);

    private final List<PageRun> runs = new ArrayList<>();

    /** The first of the equal runs that may still come. */
    private int next;

    void write(PageArray array, ByteBuffer pages, ImageWriter writer) throws IOException {
      if (array.owner() != mm) {
        writer.writePages(array, pages);
        return;
      }
      for (PageRun run : array.runs()) {
        if (run.kind() != PageKind.DATA) {
          add(run, writer);
          continue;
        }
        for (long addr = run.addr(); addr != run.end(); addr += Limits.PAGE_SIZE) {
          ByteBuffer page = pages.slice(pages.position(), Limits.PAGE_SIZE);
          pages.position(pages.position() + Limits.PAGE_SIZE);
          if (!isEqual(addr)) {
            add(new PageRun(addr, 1, PageKind.DATA), writer);
            left.put(page);
          }
        }
      }
      flush(writer);
    }

    private void add(PageRun run, ImageWriter writer) throws IOException {
      if (runs.size() == Limits.MAX_ARRAY_RUNS) {
        flush(writer);
      }
      FoldedPages.append(runs, run.addr(), run.nrPages(), run.kind());
    }

    private void flush(ImageWriter writer) throws IOException {
      if (!runs.isEmpty()) {
        writer.writePages(new PageArray(mm, runs), left.flip());
        runs.clear();
        left.clear();
      }
    }

    private boolean isEqual(long addr) {
      while (next < equal.size() && equal.get(next).end() <= addr) {
        next++;
      }
      return next < equal.size() && equal.get(next).addr() <= addr;
    }
  }
}
