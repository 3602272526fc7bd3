package dev.ckpt.format;

import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.ParentPages;
import dev.ckpt.format.record.ParentPages.ParentRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * A chain of images in files, and beside them in plain maps what each of them amounts to, page by
 * page. Every image has an address space and some memory objects, and each time other numbers for
 * them.
 */
final class ChainModel {
  static final int NR_THINGS = 3;
  static final int PAGE = Limits.PAGE_SIZE;

  /** What a page is: one that is in the parent, one of zeros, or the seed of its bytes. */
  static final int PARENT = -1;

  static final int ZERO = 0;

  /**
   * One image.
   *
   * @param objrefs of the things
   * @param whole what it amounts to, by thing: seeds by address
   */
  record Image(Path path, UUID uuid, int[] objrefs, List<TreeMap<Long, Integer>> whole) {
    /** Which thing has this number. */
    int thing(int objref) {
      return IntStream.range(0, NR_THINGS)
          .filter(i -> objrefs[i] == objref)
          .findAny()
          .orElseThrow();
    }
  }

  private final Path folder;
  private final Random random;
  private final Optional<SealSecret> secret;
  private final List<Image> images = new ArrayList<>();

  /** Pages that no page array of a parent need ever have. */
  private int nextSeed = 1;

  ChainModel(Path folder, Random random) {
    this(folder, random, Optional.empty());
  }

  /** Seals each image with a key of its own. */
  ChainModel(Path folder, Random random, Optional<SealSecret> secret) {
    this.folder = folder;
    this.random = random;
    this.secret = secret;
  }

  /** What an image says of its things. */
  static List<TreeMap<Long, Integer>> nothing() {
    return IntStream.range(0, NR_THINGS).mapToObj(i -> new TreeMap<Long, Integer>()).toList();
  }

  /** Bytes of data. */
  int newSeed() {
    return nextSeed++;
  }

  /** Says of pages that follow one another what they are; of data each is another. */
  void put(Map<Long, Integer> thing, long firstPage, int nrPages, PageKind kind) {
    for (long page = firstPage; page < firstPage + nrPages; page++) {
      int what = kind == PageKind.DATA ? newSeed() : kind == PageKind.ZERO ? ZERO : PARENT;
      thing.put(page * PAGE, what);
    }
  }

  /** Whatever an image may say of its things. */
  List<TreeMap<Long, Integer>> anything() {
    List<TreeMap<Long, Integer>> things = nothing();
    for (TreeMap<Long, Integer> thing : things) {
      int maxPages = new int[] {1, 3, 30, 400}[random.nextInt(4)];
      int nrPieces = random.nextInt(maxPages > 100 ? 8 : 60);
      long page = random.nextInt(40);
      for (int i = 0; i < nrPieces; i++) {
        int nr = 1 + random.nextInt(maxPages);
        int kind = random.nextInt(images.isEmpty() ? 3 : 6);
        if (kind != 0) {
          PageKind[] kinds = {PageKind.DATA, PageKind.ZERO, PageKind.PARENT};
          put(thing, page, nr, kinds[Math.min(kind, 3) - 1]);
        }
        page += nr;
      }
    }
    return things;
  }

  /** Writes an image that builds on the last one, if there is one. */
  Image add(List<TreeMap<Long, Integer>> things) throws IOException {
    Optional<Image> parent = last();
    Path path = folder.resolve("image-" + images.size() + ".ckpt");
    Image image = new Image(path, UUID.randomUUID(), new int[NR_THINGS], nothing());
    for (int i = 0; i < NR_THINGS; i++) {
      for (Map.Entry<Long, Integer> page : things.get(i).entrySet()) {
        Optional<Integer> seed = Optional.of(page.getValue());
        if (page.getValue() == PARENT) {
          seed = Optional.ofNullable(parent.orElseThrow().whole().get(i).get(page.getKey()));
        }
        if (seed.isPresent()) {
          image.whole().get(i).put(page.getKey(), seed.get());
        }
      }
    }
    if (secret.isPresent()) {
      try (ImageKey key = secret.get().newKey()) {
        write(image, parent, things, Optional.of(key));
      }
    } else {
      write(image, parent, things, Optional.empty());
    }
    images.add(image);
    return image;
  }

  /** The newest image. */
  Optional<Image> last() {
    return images.isEmpty() ? Optional.empty() : Optional.of(images.get(images.size() - 1));
  }

  /** An image, by its age; the oldest, which stands on its own, is 0. */
  Image image(int number) {
    return images.get(number);
  }

  private void write(
      Image image,
      Optional<Image> parent,
      List<TreeMap<Long, Integer>> things,
      Optional<ImageKey> key)
      throws IOException {
    UUID parentUuid = parent.map(Image::uuid).orElse(Header.NO_PARENT);
    try (FileChannel file =
            FileChannel.open(
                image.path(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        ImageWriter writer = new ImageWriter(file, key)) {
      writer.write(Samples.header(image.uuid(), parentUuid));
      writer.writeShared(Samples.fileRef());
      writeThings(writer, image);
      if (parent.isPresent()) {
        writer.write(new ParentImage(ByteString.of(parent.get().path().toString())));
        for (PagesOf<ParentPages> pages : parentPages(image, parent.get(), things)) {
          writer.write(pages.record());
        }
      }
      for (PagesOf<PageArray> pages : pageArrays(image, things)) {
        ByteBuffer data = ByteBuffer.allocateDirect(pages.record().dataBytes());
        pages.seeds().forEach(seed -> data.put(page(seed)));
        writer.writePages(pages.record(), data.flip());
      }
      writer.write(Samples.statistics());
      writer.finish();
    }
  }

  private void writeThings(ImageWriter writer, Image image) throws IOException {
    List<Integer> order = new ArrayList<>(IntStream.range(0, NR_THINGS).boxed().toList());
    Collections.shuffle(order, random);
    for (int thing : order) {
      for (int others = random.nextInt(3); others > 0; others--) {
        writer.writeShared(MemorySamples.shmem());
      }
      ImageRecord content = thing == 0 ? Samples.mm() : MemorySamples.shmem();
      image.objrefs()[thing] = writer.writeShared(content);
    }
  }

  /** A record of pages, and the seeds of those that have bytes. */
  private record PagesOf<T>(T record, List<Integer> seeds) {}

  private List<PagesOf<ParentPages>> parentPages(
      Image image, Image parent, List<TreeMap<Long, Integer>> things) {
    List<ArrayDeque<PagesOf<ParentPages>>> queues = new ArrayList<>();
    for (int thing = 0; thing < NR_THINGS; thing++) {
      ArrayDeque<PagesOf<ParentPages>> queue = new ArrayDeque<>();
      List<ParentRun> runs = new ArrayList<>();
      for (PageRun run : runs(things.get(thing), true)) {
        if (!runs.isEmpty() && random.nextInt(20) == 0) {
          queue.add(parentPages(image, parent, thing, runs));
          runs.clear();
        }
        runs.add(new ParentRun(run.addr(), run.nrPages()));
      }
      if (!runs.isEmpty()) {
        queue.add(parentPages(image, parent, thing, runs));
      }
      queues.add(queue);
    }
    return mixed(queues);
  }

  private static PagesOf<ParentPages> parentPages(
      Image image, Image parent, int thing, List<ParentRun> runs) {
    return new PagesOf<>(
        new ParentPages(image.objrefs()[thing], parent.objrefs()[thing], runs), List.of());
  }

  private List<PagesOf<PageArray>> pageArrays(Image image, List<TreeMap<Long, Integer>> things) {
    List<ArrayDeque<PagesOf<PageArray>>> queues = new ArrayList<>();
    for (int thing = 0; thing < NR_THINGS; thing++) {
      ArrayDeque<PagesOf<PageArray>> queue = new ArrayDeque<>();
      List<PageRun> runs = new ArrayList<>();
      List<Integer> seeds = new ArrayList<>();
      for (PageRun run : runs(things.get(thing), false)) {
        int nrData = run.kind() == PageKind.DATA ? (int) run.nrPages() : 0;
        if (seeds.size() + nrData > Limits.MAX_ARRAY_DATA_PAGES
            || runs.size() == Limits.MAX_ARRAY_RUNS
            || (!runs.isEmpty() && random.nextInt(30) == 0)) {
          queue.add(new PagesOf<>(new PageArray(image.objrefs()[thing], runs), seeds));
          runs.clear();
          seeds = new ArrayList<>();
        }
        runs.add(run);
        for (long addr = run.addr(); addr < run.end() && nrData > 0; addr += PAGE) {
          seeds.add(things.get(thing).get(addr));
        }
      }
      if (!runs.isEmpty()) {
        queue.add(new PagesOf<>(new PageArray(image.objrefs()[thing], runs), seeds));
      }
      queues.add(queue);
    }
    return mixed(queues);
  }

  /** Each in its order, one behind the other as it comes. */
  private <T> List<T> mixed(List<ArrayDeque<T>> queues) {
    List<ArrayDeque<T>> left = new ArrayList<>(queues);
    List<T> mixed = new ArrayList<>();
    left.removeIf(ArrayDeque::isEmpty);
    while (!left.isEmpty()) {
      mixed.add(left.get(random.nextInt(left.size())).remove());
      left.removeIf(ArrayDeque::isEmpty);
    }
    return mixed;
  }

  /** Runs of the pages that are in the parent, as if they were zero; or of the others. */
  private List<PageRun> runs(TreeMap<Long, Integer> thing, boolean inParent) {
    List<PageRun> runs = new ArrayList<>();
    int maxPages = 1 + random.nextInt(Limits.MAX_ARRAY_DATA_PAGES);
    for (Map.Entry<Long, Integer> page : thing.entrySet()) {
      if ((page.getValue() == PARENT) == inParent) {
        PageKind kind = page.getValue() > 0 ? PageKind.DATA : PageKind.ZERO;
        PageRun last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
        if (last != null
            && last.end() == page.getKey()
            && last.kind() == kind
            && last.nrPages() < maxPages) {
          runs.set(runs.size() - 1, new PageRun(last.addr(), last.nrPages() + 1, kind));
        } else {
          runs.add(new PageRun(page.getKey(), 1, kind));
        }
      }
    }
    return runs;
  }

  /** The bytes of a page; the first four are the seed itself. */
  static byte[] page(int seed) {
    ByteBuffer page = ByteBuffer.allocate(PAGE);
    for (int i = 0; page.hasRemaining(); i++) {
      page.putInt(seed + i * 0x9e37_79b1);
    }
    return page.array();
  }
}
