package dev.ckpt.format;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.Index;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.ParentPages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * The images that an image builds on: its parent, the parent of that, and so on, to one that stands
 * on its own.
 *
 * <p>Threading: may go from thread to thread, one at a time.
 */
public final class ImageChain implements AutoCloseable {
  /**
   * One of them.
   *
   * @param name what people call it
   */
  private record Link(ImageFile file, String name, Map<Integer, PageIndex> parentPages) {}

  private final Map<Integer, PageIndex> pages;
  private final List<Link> links = new ArrayList<>();

  private ImageChain(Map<Integer, PageIndex> pages) {
    this.pages = pages;
  }

  /**
   * Opens all images that an image builds on.
   *
   * @param state of the image; of one that stands on its own the chain is empty
   * @throws CkptException if one is missing, is another, is damaged, or there is no end of them
   */
  @MustBeClosed
  public static ImageChain open(ImageState state, ParentSource source) throws IOException {
    ImageChain chain = new ImageChain(pagesOf(state));
    boolean whole = false;
    try {
      chain.openParents(state, source);
      whole = true;
      return chain;
    } finally {
      if (!whole) {
        chain.close();
      }
    }
  }

  /**
   * Opens an image with all that it builds on, as if it were the parent of one more: its pages are
   * read as those of a parent are, wherever in the chain they are.
   *
   * @param image the first of the chain; closed with it, or now if the others are not there
   * @param name what people call it
   * @param state of it
   * @throws CkptException as {@link #open}
   */
  @MustBeClosed
  public static ImageChain from(ImageFile image, String name, ImageState state, ParentSource source)
      throws IOException {
    ImageChain chain = new ImageChain(Map.of());
    boolean whole = false;
    try {
      chain.links.add(new Link(image, name, pagesOf(state)));
      chain.openParents(state, source);
      whole = true;
      return chain;
    } finally {
      if (!whole) {
        chain.close();
      }
    }
  }

  // What is opened here belongs to the chain until close.
  @SuppressWarnings("MustBeClosedChecker")
  private void openParents(ImageState image, ParentSource source) throws IOException {
    ImageState state = image;
    int nrParents = 0;
    for (Optional<ParentImage> parent = parentOf(state);
        parent.isPresent();
        parent = parentOf(state)) {
      // NB: a circle cannot be told from a chain but by its length: a file may be named again.
      if (nrParents++ == Limits.MAX_PARENTS) {
        throw new CkptException(
            FailureCode.PARENTS_TOO_MANY,
            "the image builds on more than " + Limits.MAX_PARENTS + " others");
      }
      ImageFile file = source.open(parent.get(), state.header().parentUuid());
      try {
        state = file.state();
        links.add(new Link(file, "parent image " + parent.get().path(), pagesOf(state)));
      } catch (IOException | RuntimeException e) {
        try (file) {
          throw e;
        }
      }
    }
  }

  /**
   * What an image says of its parent.
   *
   * @throws CorruptImageException if its objects contradict each other
   */
  static Optional<ParentImage> parentOf(ImageState state) throws CorruptImageException {
    boolean has = !state.header().parentUuid().equals(Header.NO_PARENT);
    List<ParentImage> named = state.all(ParentImage.class);
    if (named.size() != (has ? 1 : 0) || !has && !state.all(ParentPages.class).isEmpty()) {
      throw new CorruptImageException(
          Preamble.BYTES,
          "PARENT_IMAGE",
          has ? "one, for there is a parentUuid" : "neither it nor PARENT_PAGES without parentUuid",
          named.size() + " and " + state.all(ParentPages.class).size() + " PARENT_PAGES");
    }
    return named.stream().findFirst();
  }

  /** By owner: where pages of it are, with the owner in the parent in the place of their own. */
  private static Map<Integer, PageIndex> pagesOf(ImageState state) {
    Map<Integer, PageIndex> pages = new LinkedHashMap<>();
    for (ParentPages object : state.all(ParentPages.class)) {
      PageIndex index = pages.computeIfAbsent(object.owner(), owner -> new PageIndex());
      for (ParentPages.ParentRun run : object.runs()) {
        index.add(new Index.Entry(0, object.parentOwner(), run.addr(), run.end()));
      }
    }
    return pages;
  }

  /** How many images the image builds on. */
  public int length() {
    return links.size();
  }

  /** Those images, its parent first. */
  public List<ImageFile> files() {
    return links.stream().map(Link::file).toList();
  }

  /** Pages of the image that are in its parents, by owner. */
  Map<Integer, PageIndex> pages() {
    return new HashMap<>(pages);
  }

  /**
   * Pages from one on that are alike: of this kind, or there are none, up to this address.
   *
   * @param link which image has them
   * @param owner what they belong to there
   */
  private record Span(Optional<PageKind> kind, long end, int link, int owner) {}

  /** Reads in one of the images, and says in which it was damaged. */
  private interface Reading<T> {
    T in(ImageFile file) throws IOException;
  }

  private static <T> T reading(Link link, Reading<T> reading) throws IOException {
    try {
      return reading.in(link.file());
    } catch (CorruptImageException e) {
      throw new CkptException(e.code(), link.name() + ": " + e.getMessage(), e);
    }
  }

  private Span span(int parentOwner, long addr) throws IOException {
    int owner = parentOwner;
    long end = Long.MAX_VALUE;
    for (int i = 0; i < links.size(); i++) {
      Link link = links.get(i);
      int theirs = owner;
      Optional<PageRun> run = reading(link, file -> file.findRun(theirs, addr));
      if (run.isPresent()) {
        return new Span(run.map(PageRun::kind), Math.min(end, run.get().end()), i, owner);
      }
      end = Math.min(end, reading(link, file -> file.nextAddr(theirs, addr)));
      PageIndex further = link.parentPages().get(owner);
      if (further == null) {
        return new Span(Optional.empty(), end, i, owner);
      }
      OptionalInt found = further.find(addr);
      if (found.isEmpty()) {
        return new Span(Optional.empty(), Math.min(end, further.nextAddr(addr)), i, owner);
      }
      Index.Entry kept = further.get(found.getAsInt());
      end = Math.min(end, kept.end());
      owner = kept.owner();
    }
    return new Span(Optional.empty(), end, 0, owner);
  }

  /**
   * Which image has a page.
   *
   * @param number of the image in the chain, the first of which is 0
   * @param name what people call it
   * @param kind what the page is there
   */
  public record Holder(int number, String name, PageKind kind) {}

  /**
   * Which image has a page as the parent has it, be it that or one of its own parents.
   *
   * @param parentOwner what it belongs to there
   */
  public Optional<Holder> holder(int parentOwner, long addr) throws IOException {
    Span span = span(parentOwner, addr);
    return span.kind().map(kind -> new Holder(span.link(), links.get(span.link()).name(), kind));
  }

  /**
   * Reads one page as the parent has it, be it in that or in one of its own parents; as {@link
   * ImageFile#readPage}.
   *
   * @param parentOwner what it belongs to there
   */
  public Optional<PageKind> readPage(int parentOwner, long addr, ByteBuffer into)
      throws IOException {
    Span span = span(parentOwner, addr);
    return span.kind().isEmpty()
        ? Optional.empty()
        : reading(links.get(span.link()), file -> file.readPage(span.owner(), addr, into));
  }

  /**
   * Reads pages as the parent has them, be they in that or in one of its own parents: those that
   * follow one another from an address on and are alike. Of ZERO ones nothing is put.
   *
   * <p>NB: not page by page, for a few bytes of a parent may tell of a terabyte of zeros.
   *
   * @param parentOwner what they belong to there
   * @param limit where to stop at the latest
   * @param into takes as many DATA pages as it has room for, at least one
   * @param runs takes their run; none if they are not there
   * @return where the next ones begin
   */
  public long read(int parentOwner, long addr, long limit, ByteBuffer into, Consumer<PageRun> runs)
      throws IOException {
    Span span = span(parentOwner, addr);
    long end = Math.min(span.end(), limit);
    if (span.kind().isEmpty()) {
      return end;
    }
    if (span.kind().get() == PageKind.DATA) {
      long until = Math.min(end, addr + (into.remaining() & -Limits.PAGE_SIZE));
      reading(
          links.get(span.link()),
          file -> {
            file.readData(span.owner(), addr, until, into);
            return file;
          });
      end = until;
    }
    end = Math.min(end, addr + Limits.MAX_RUN_PAGES * Limits.PAGE_SIZE);
    runs.accept(new PageRun(addr, (end - addr) / Limits.PAGE_SIZE, span.kind().get()));
    return end;
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (Link link : links) {
      try {
        link.file().close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
