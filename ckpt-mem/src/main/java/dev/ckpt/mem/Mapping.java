package dev.ckpt.mem;

import dev.ckpt.core.backend.PageRange;
import dev.ckpt.core.proc.SmapsEntry;
import dev.ckpt.format.record.VmaKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One mapping as it will be saved. */
final class Mapping implements PageMap.Found {
  private static final int PROT_WRITE = 2;

  /** Flag of a mapping that a userfaultfd watches writes to. */
  private static final String WATCHED = "uw";

  private final SmapsEntry entry;
  private final VmaKind kind;
  private final boolean keeps;
  private final boolean ofImage;
  private final List<PageRange> pages = new ArrayList<>();
  private final List<PageRange> kept = new ArrayList<>();
  private final List<PageRange> guards = new ArrayList<>();
  private Optional<SharedObject> object = Optional.empty();

  /**
   * One of the task's.
   *
   * @param keeps whether pages that were not written are in the image before
   */
  Mapping(SmapsEntry entry, VmaKind kind, boolean keeps) {
    this(entry, kind, keeps, false);
  }

  private Mapping(SmapsEntry entry, VmaKind kind, boolean keeps, boolean ofImage) {
    this.entry = entry;
    this.kind = kind;
    this.keeps = keeps;
    this.ofImage = ofImage;
  }

  /** One of pages of an image, which is saved as the memory that it stands for. */
  static Mapping ofImage(SmapsEntry entry) {
    return new Mapping(entry, VmaKind.ANON_PRIVATE, false, true);
  }

  /** Whether its pages are those of an image, but for those that were written to. */
  boolean isOfImage() {
    return ofImage;
  }

  /** Has all of its pages read, but for the guard regions that were found. */
  void takeAll() {
    pages.clear();
    kept.clear();
    long at = entry.vma().start();
    for (PageRange guard : guards) {
      takeUpTo(at, guard.address());
      at = guard.end();
    }
    takeUpTo(at, entry.vma().end());
  }

  private void takeUpTo(long from, long to) {
    if (from < to) {
      pages.add(new PageRange(from, (to - from) / PageRange.PAGE_SIZE));
    }
  }

  @Override
  public void pages(PageRange range, boolean written) {
    (written || !keeps ? pages : kept).add(range);
  }

  @Override
  public void guards(PageRange range) {
    guards.add(range);
  }

  /** Pages that are in the image before, and not in this one. */
  List<PageRange> kept() {
    return kept;
  }

  /** The object whose pages it maps, if that is saved. */
  Optional<SharedObject> object() {
    return object;
  }

  void isOf(SharedObject mapped) {
    object = Optional.of(mapped);
  }

  SmapsEntry entry() {
    return entry;
  }

  VmaKind kind() {
    return kind;
  }

  List<PageRange> pages() {
    return pages;
  }

  List<PageRange> guards() {
    return guards;
  }

  /** Address space that is only kept, of which there may be terabytes: it has no page. */
  boolean isBareReserve() {
    // NB: huge TLB pages count for themselves.
    return entry.vma().prot() == 0
        && entry.rssKb() == 0
        && entry.swapKb() == 0
        && entry.privateHugetlbKb() + entry.sharedHugetlbKb() == 0;
  }

  /** Whether its object, not its page tables, holds the content. */
  boolean isView() {
    return kind == VmaKind.ANON_SHARED;
  }

  /**
   * Whether the kernel may empty its pages whenever it likes. They hold the state of random
   * generators, above all the vdso's getrandom: two tasks must never go on with the same, so the
   * restored one gets none of it, as a child of fork(2) gets none.
   */
  boolean isDroppable() {
    return entry.hasFlag("dp");
  }

  /**
   * Whether writes to it can be watched, and either are or there may be any.
   *
   * <p>NB: not private mappings of files: MADV_GUARD_INSTALL never comes to an end on protected
   * pages of those (seen on 6.18). The kernel leaves a mark where such a page was, for ever.
   */
  boolean isWatchable() {
    boolean isUsed =
        (entry.vma().prot() & PROT_WRITE) != 0 || entry.anonymousKb() + entry.swapKb() > 0;
    return (kind == VmaKind.ANON_PRIVATE || kind == VmaKind.STACK)
        && !ofImage
        && !entry.hasFlag("ht")
        && !isDroppable()
        && (isUsed || isWatched());
  }

  /** Whether writes to it are watched, by us or by another. */
  boolean isWatched() {
    return entry.hasFlag(WATCHED);
  }

  boolean isMemfd() {
    return entry.vma().name().toString().startsWith("/memfd:");
  }
}
