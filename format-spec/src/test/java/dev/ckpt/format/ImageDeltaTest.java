package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.ParentPages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images out of which is taken what another one has; with that they say the same as before. */
class ImageDeltaTest {
  private static final int PAGE = Limits.PAGE_SIZE;
  private static final long FIRST = 0x7000_0000_0000L;

  @TempDir Path folder;

  /** Pages by their number: 0 of zeros, else a seed. */
  private byte[] image(UUID uuid, TreeMap<Integer, Integer> pages) throws IOException {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      for (ImageObject object : Samples.state()) {
        ImageRecord record = object.record();
        writer.reserveObjrefs(object.objref());
        writer.write(
            object.objref(), record instanceof Header header ? withUuid(header, uuid) : record);
      }
      List<PageRun> runs = new ArrayList<>();
      ByteBuffer content = ByteBuffer.allocateDirect(256 * PAGE);
      for (var page : pages.entrySet()) {
        boolean data = page.getValue() != 0;
        FoldedPages.append(
            runs, FIRST + (long) page.getKey() * PAGE, 1, data ? PageKind.DATA : PageKind.ZERO);
        if (data) {
          content.put(ChainModel.page(page.getValue()));
        }
        if (!content.hasRemaining() || page.getKey() % 100 == 99) {
          writer.writePages(new PageArray(Samples.MM, runs), content.flip());
          runs.clear();
          content.clear();
        }
      }
      if (!runs.isEmpty()) {
        writer.writePages(new PageArray(Samples.MM, runs), content.flip());
      }
      writer.write(Samples.statistics());
      writer.finish();
    }
    return bytes.toByteArray();
  }

  private static Header withUuid(Header header, UUID uuid) {
    return new Header(
        header.arch(),
        header.pageSize(),
        header.kernelRelease(),
        header.bootId(),
        header.monotonicNanos(),
        header.boottimeNanos(),
        header.realtimeNanos(),
        uuid,
        header.parentUuid(),
        header.producer(),
        header.hostname());
  }

  private static TreeMap<Integer, Integer> random(Random random) {
    TreeMap<Integer, Integer> pages = new TreeMap<>();
    for (int i = 0; i < 1200; i++) {
      if (random.nextInt(4) != 0) {
        pages.put(i, random.nextInt(5) == 0 ? 0 : 1 + random.nextInt(1 << 20));
      }
    }
    return pages;
  }

  private static ParentSource source(Path parent) {
    return new ParentFiles(Optional.of(parent.getParent()), FileChannel::open, KeySource.NONE);
  }

  private static long delta(Path image, Path parent, UUID uuid, Path out) throws IOException {
    try (ImageFile file = ImageFile.open(image);
        ImageWriter writer = new ImageWriter(Channels.newChannel(Files.newOutputStream(out)))) {
      ParentImage named = new ParentImage(ByteString.of(parent.toString()));
      return ImageDelta.write(file, named, uuid, source(parent), writer);
    }
  }

  private static void merge(Path image, Path out) throws IOException {
    try (FileChannel channel = FileChannel.open(image);
        ImageReader reader = new ImageReader(channel);
        ImageWriter writer = new ImageWriter(Channels.newChannel(Files.newOutputStream(out)))) {
      ImageMerge.merge(reader, source(image), writer);
    }
  }

  private static TreeMap<Integer, Integer> pagesOf(Path image) throws IOException {
    TreeMap<Integer, Integer> pages = new TreeMap<>();
    try (FileChannel channel = FileChannel.open(image);
        ImageReader reader = new ImageReader(channel)) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (next.get().record() instanceof PageArray array) {
          ByteBuffer content = reader.pages();
          for (PageRun run : array.runs()) {
            for (long addr = run.addr(); addr != run.end(); addr += PAGE) {
              int seed = 0;
              if (run.kind() == PageKind.DATA) {
                seed = content.order(java.nio.ByteOrder.BIG_ENDIAN).getInt(content.position());
                content.position(content.position() + PAGE);
              }
              pages.put((int) ((addr - FIRST) / PAGE), seed);
            }
          }
        }
      }
      reader.requireEnd();
    }
    return pages;
  }

  /** The images of a process that changes, each upon the one before. */
  @Test
  void saysWithTheOtherWhatItSaidBefore() throws Exception {
    long seed = System.nanoTime();
    System.out.println("ImageDeltaTest seed " + seed);
    Random random = new Random(seed);
    TreeMap<Integer, Integer> pages = random(random);
    UUID before = UUID.randomUUID();
    Path parent = Files.write(folder.resolve("0"), image(before, pages));
    for (int i = 1; i < 6; i++) {
      TreeMap<Integer, Integer> old = new TreeMap<>(pages);
      for (int changes = random.nextInt(300); changes > 0; changes--) {
        int page = random.nextInt(1200);
        if (random.nextInt(3) == 0) {
          pages.remove(page);
        } else {
          pages.put(page, 1 << 21 | i << 12 | page);
        }
      }
      long nrEqual =
          pages.entrySet().stream()
              .filter(page -> page.getValue() != 0)
              .filter(page -> page.getValue().equals(old.get(page.getKey())))
              .count();
      UUID uuid = UUID.randomUUID();
      byte[] whole = image(uuid, pages);
      Path image = Files.write(folder.resolve("whole"), whole);
      Path out = folder.resolve(Integer.toString(i));
      assertEquals(nrEqual, delta(image, parent, before, out));
      assertTrue(Files.size(out) < whole.length - nrEqual * PAGE + 100_000);
      try (ImageFile file = ImageFile.open(out)) {
        file.verify();
        assertEquals(uuid, file.header().uuid());
        assertEquals(before, file.header().parentUuid());
        assertEquals(
            nrEqual,
            file.state().all(ParentPages.class).stream().mapToLong(ParentPages::nrPages).sum());
      }
      merge(out, folder.resolve("merged"));
      assertEquals(pages, pagesOf(folder.resolve("merged")));
      parent = out;
      before = uuid;
    }
  }

  @Test
  void standsOnItsOwnIfNothingIsEqual() throws Exception {
    Path parent = Files.write(folder.resolve("parent"), image(new UUID(1, 1), new TreeMap<>()));
    byte[] whole = image(new UUID(2, 2), random(new Random(1)));
    Path image = Files.write(folder.resolve("image"), whole);
    assertEquals(0, delta(image, parent, new UUID(1, 1), folder.resolve("out")));
    assertEquals(-1, Files.mismatch(image, folder.resolve("out")));
  }

  @Test
  void refusesAParentThatIsAnother() throws Exception {
    Path parent = Files.write(folder.resolve("parent"), image(new UUID(1, 1), new TreeMap<>()));
    Path image = Files.write(folder.resolve("image"), image(new UUID(2, 2), new TreeMap<>()));
    CkptException e =
        assertThrows(
            CkptException.class, () -> delta(image, parent, new UUID(3, 3), folder.resolve("out")));
    assertEquals(FailureCode.PARENT_OTHER, e.code());
  }
}
