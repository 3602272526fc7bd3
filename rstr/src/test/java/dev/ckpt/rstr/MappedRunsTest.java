package dev.ckpt.rstr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageCodec;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaGuard;
import dev.ckpt.format.record.VmaKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MappedRunsTest {
  private static final int PAGE = Limits.PAGE_SIZE;
  private static final long BASE = 0x7e0000000000L;
  private static final long NR_PAGES = 1200;
  private static final int NO_LIMIT = 1 << 20;

  private final TreeMap<Long, byte[]> written = new TreeMap<>();
  private final TreeMap<Long, byte[]> found = new TreeMap<>();
  private byte[] image;
  private MappedRuns runs;

  private static HandMade task() throws IOException {
    return new HandMade(HandMade.fileRef(Path.of("/bin/true"), 1, 1));
  }

  private static Vma vma(long first, long end, int prot, VmFlag... flags) {
    long start = BASE + first * PAGE;
    return new Vma(
        start,
        BASE + end * PAGE,
        prot,
        0x22,
        VmFlag.bitsOf(List.of(flags)),
        0,
        0,
        ByteString.of(""),
        VmaKind.ANON_PRIVATE);
  }

  /** Arrays of runs at random, over all mappings. */
  private void write(ImageWriter writer, Random random) throws IOException {
    long page = 0;
    while (page < NR_PAGES) {
      List<PageRun> table = new ArrayList<>();
      ByteBuffer pages = ByteBuffer.allocateDirect(Limits.MAX_ARRAY_DATA_PAGES * PAGE);
      while (page < NR_PAGES && pages.hasRemaining() && table.size() < 9) {
        page += random.nextInt(3) == 0 ? random.nextInt(5) : 0;
        long left = Math.min(pages.remaining() / PAGE, NR_PAGES - page);
        long nr = Math.min(left, 1 + random.nextInt(random.nextBoolean() ? 5 : 120));
        if (nr > 0) {
          PageKind kind = random.nextInt(5) == 0 ? PageKind.ZERO : PageKind.DATA;
          table.add(new PageRun(BASE + page * PAGE, nr, kind));
          for (long i = page; kind == PageKind.DATA && i < page + nr; i++) {
            byte[] content = new byte[PAGE];
            random.nextBytes(content);
            pages.put(content);
            written.put(BASE + i * PAGE, content);
          }
          page += nr;
        }
      }
      writer.writePages(new PageArray(HandMade.MM, table), pages.flip());
    }
  }

  /** Reads all of it as the restore does, and takes what is left and what is to be mapped. */
  private void read(long mostPieces) throws IOException {
    try (ImageReader reader =
        new ImageReader(Channels.newChannel(new ByteArrayInputStream(image)), KeySource.NONE, 1)) {
      ImageState state = ImageState.read(reader);
      runs = new MappedRuns(reader, state, mostPieces);
      for (Optional<ImageObject> next = runs.next(); next.isPresent(); next = runs.next()) {
        if (next.get().record() instanceof PageArray array) {
          take(array, runs.pages());
        }
      }
    }
    for (MappedRuns.Piece piece : runs.pieces()) {
      assertEquals(0, piece.offset() % PAGE);
      for (long done = 0; done < piece.lenBytes(); done += PAGE) {
        int at = (int) (piece.offset() + done);
        assertNull(found.put(piece.addr() + done, Arrays.copyOfRange(image, at, at + PAGE)));
      }
    }
  }

  private void take(PageArray array, ByteBuffer pages) {
    for (PageRun run : array.runs()) {
      for (long at = run.addr(); run.kind() == PageKind.DATA && at < run.end(); at += PAGE) {
        byte[] content = new byte[PAGE];
        pages.get(content);
        assertNull(found.put(at, content));
      }
    }
    assertFalse(pages.hasRemaining(), "no more than the runs say");
  }

  @Test
  void everyPageIsLeftOrMapped() throws IOException {
    long seed = System.nanoTime();
    System.out.println("MappedRunsTest seed " + seed);
    HandMade task = task();
    Vma one = vma(0, 300, 3, VmFlag.RD, VmFlag.WR, VmFlag.AC);
    Vma next = vma(300, 330, 3);
    task.vmas.addAll(
        List.of(
            one,
            next,
            vma(330, 500, 1),
            vma(500, 700, 3, VmFlag.LO),
            vma(700, 1000, 3),
            vma(1000, NR_PAGES, 3)));
    task.more.add(new VmaGuard(BASE + 800 * PAGE, BASE + 801 * PAGE));
    image = task.image(writer -> write(writer, new Random(seed)));
    read(NO_LIMIT);
    assertEquals(written.keySet(), found.keySet());
    for (Map.Entry<Long, byte[]> page : written.entrySet()) {
      assertArrayEquals(page.getValue(), found.get(page.getKey()), "page at " + page.getKey());
    }
    assertTrue(runs.nrMapped() > 0);
    for (MappedRuns.Piece piece : runs.pieces()) {
      long end = piece.addr() + piece.lenBytes();
      long first = (piece.addr() - BASE) / PAGE;
      assertTrue(piece.lenBytes() >= 64 << 10, piece.toString());
      assertTrue(end < piece.vma().end(), "never the last page: " + piece);
      assertTrue(first < 330 || first >= 1000, "nothing of what must not be: " + piece);
    }
    assertEquals(
        runs.nrMapped() * PAGE, runs.pieces().stream().mapToLong(MappedRuns.Piece::lenBytes).sum());
  }

  @Test
  void thereAreNoMorePiecesThanItMayHave() throws IOException {
    HandMade task = task();
    task.vmas.add(vma(0, NR_PAGES, 3));
    image = task.image(writer -> write(writer, new Random(1)));
    read(2);
    assertEquals(2, runs.pieces().size());
    assertEquals(written.keySet(), found.keySet());
  }

  @Test
  void namedOrMarkedMemoryIsNoCandidate() throws IOException {
    ImageState state = task().build();
    assertTrue(MappedRuns.isCandidate(vma(0, 9, 3, VmFlag.NR, VmFlag.SD), state));
    for (VmFlag flag :
        List.of(
            VmFlag.LO, VmFlag.LF, VmFlag.GD, VmFlag.HT, VmFlag.HG, VmFlag.NH, VmFlag.WF, VmFlag.DC,
            VmFlag.DD, VmFlag.MG, VmFlag.SL, VmFlag.DP, VmFlag.UM, VmFlag.UW, VmFlag.EX)) {
      assertFalse(MappedRuns.isCandidate(vma(0, 9, 3, flag), state), flag.name());
    }
    assertFalse(MappedRuns.isCandidate(vma(0, 9, 0), state));
    assertFalse(MappedRuns.isCandidate(vma(0, 9, 7), state));
    Vma plain = vma(0, 9, 3);
    Vma named =
        new Vma(
            plain.start(),
            plain.end(),
            3,
            0x22,
            0,
            0,
            0,
            ByteString.of("[anon:heap]"),
            VmaKind.ANON_PRIVATE);
    assertFalse(MappedRuns.isCandidate(named, state));
    Vma stack =
        new Vma(plain.start(), plain.end(), 3, 0x22, 0, 0, 0, ByteString.of(""), VmaKind.STACK);
    assertFalse(MappedRuns.isCandidate(stack, state));
  }

  @Test
  void aCompressedArrayIsRefused() throws IOException {
    HandMade task = task();
    task.vmas.add(vma(0, 64, 3));
    image =
        task.image(
            writer -> {
              writer.compressBy(Optional.of(PageCodec.LZ4));
              writer.writePages(
                  new PageArray(HandMade.MM, List.of(new PageRun(BASE, 32, PageKind.DATA))),
                  ByteBuffer.allocateDirect(32 * PAGE));
            });
    UnsupportedStateException e =
        assertThrows(UnsupportedStateException.class, () -> read(NO_LIMIT));
    assertEquals(RefusalCode.MAP_PAGES, e.code());
  }
}
