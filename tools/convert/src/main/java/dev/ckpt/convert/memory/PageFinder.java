package dev.ckpt.convert.memory;

import dev.ckpt.convert.memory.PageView.Content;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.VdsoImage;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaGuard;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Finds one page of an image by an address in it, and reads no more than its page array. */
public final class PageFinder {
  private static final ByteString ZEROS = ByteString.of(new byte[Limits.PAGE_SIZE]);

  private final ImageMemory memory;

  /** Looks in this memory. */
  public PageFinder(ImageMemory memory) {
    this.memory = memory;
  }

  /** What is found below a mapping: its content, and where. */
  private record Found(Content content, Optional<ImageChain.Holder> holder, ByteString bytes) {
    static Found nothing(Content content) {
      boolean zero = content == Content.UNWRITTEN;
      return new Found(content, Optional.empty(), zero ? ZEROS : ByteString.EMPTY);
    }
  }

  /** The page that has an address of the task. */
  public PageView at(long addr) throws IOException {
    long page = addr & -Limits.PAGE_SIZE;
    Optional<Vma> vma = memory.mappings().at(page);
    if (vma.isEmpty()) {
      return view(page, vma, Optional.empty(), 0, Found.nothing(Content.NONE));
    }
    if (vma.get().kind().isKernels()) {
      return view(page, vma, Optional.empty(), 0, kernels(vma.get(), page));
    }
    Optional<Area> object = memory.object(vma.get().backing());
    Optional<Found> own =
        vma.get().isShared() ? Optional.empty() : find(memory.mappings().mm(), page);
    long offset = vma.get().pgoffBytes() + (page - vma.get().start());
    if (own.isPresent()) {
      return view(page, vma, Optional.empty(), 0, own.get());
    }
    if (isGuarded(page)) {
      return view(page, vma, Optional.empty(), 0, Found.nothing(Content.GUARD));
    }
    if (object.isPresent()) {
      return view(page, vma, object.get().object(), offset, inObject(object.get(), offset));
    }
    boolean ofFile = memory.outerFile(vma.get()).isPresent();
    return view(
        page,
        vma,
        Optional.empty(),
        ofFile ? offset : 0,
        Found.nothing(ofFile ? Content.FILE : Content.UNWRITTEN));
  }

  /**
   * The page that has an offset in a memory object or an embedded file.
   *
   * @param said what it is called
   * @throws CkptException if none is called so
   */
  public PageView in(String said, long offset) throws IOException {
    Area object =
        memory.areas(said).stream()
            .filter(area -> area.object().isPresent())
            .findFirst()
            .orElseThrow(
                () ->
                    new CkptException(
                        FailureCode.MAPPING_UNKNOWN,
                        "'" + said + "' is no memory object: a page of it has an address"));
    long page = offset & -Limits.PAGE_SIZE;
    return view(page, Optional.empty(), object.object(), page, inObject(object, page));
  }

  private PageView view(
      long page, Optional<Vma> vma, Optional<ByteString> object, long offset, Found found) {
    Optional<FileRef> file =
        found.content() == Content.FILE ? vma.flatMap(memory::outerFile) : Optional.empty();
    return new PageView(
        page, vma, object, offset, found.content(), found.holder(), file, found.bytes());
  }

  private Found inObject(Area object, long offset) throws IOException {
    if (offset < 0 || offset >= object.end()) {
      return Found.nothing(Content.NONE);
    }
    return find(object.owner(), offset).orElse(Found.nothing(Content.UNWRITTEN));
  }

  private Optional<Found> find(int owner, long page) throws IOException {
    Optional<ImageChain.Holder> holder = memory.pages().holder(owner, page);
    if (holder.isEmpty()) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.allocate(Limits.PAGE_SIZE);
    boolean data =
        memory
            .pages()
            .readPage(owner, page, bytes)
            .filter(kind -> kind == PageKind.DATA)
            .isPresent();
    return Optional.of(
        new Found(data ? Content.DATA : Content.ZERO, holder, ByteString.of(bytes.flip())));
  }

  private Found kernels(Vma vma, long page) {
    if (vma.kind() != VmaKind.VDSO) {
      return Found.nothing(Content.KERNEL);
    }
    int from = (int) Math.min(page - vma.start(), Integer.MAX_VALUE - Limits.PAGE_SIZE);
    return memory.state().all(VdsoImage.class).stream()
        .map(VdsoImage::content)
        .filter(content -> from + Limits.PAGE_SIZE <= content.length())
        .findFirst()
        .map(
            content ->
                new Found(
                    Content.DATA,
                    Optional.empty(),
                    content.substring(from, from + Limits.PAGE_SIZE)))
        .orElse(Found.nothing(Content.KERNEL));
  }

  private boolean isGuarded(long page) {
    return memory.state().all(VmaGuard.class).stream()
        .anyMatch(guard -> guard.start() <= page && page < guard.end());
  }
}
