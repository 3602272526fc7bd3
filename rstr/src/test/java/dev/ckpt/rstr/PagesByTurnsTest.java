package dev.ckpt.rstr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.backend.PageFiller;
import dev.ckpt.core.backend.PageRange;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagesByTurnsTest {
  private static final int NR_ARRAYS = 50;
  private static final UUID ID = new UUID(1, 2);

  private final Thread caller = Thread.currentThread();
  private final List<Integer> taken = Collections.synchronizedList(new ArrayList<>());
  private final List<Integer> filled = Collections.synchronizedList(new ArrayList<>());

  /** Where the first byte of each array goes; belongs to one thread. */
  private record Lane(boolean isCallers) implements PageFiller {
    @Override
    public void fill(List<PageRange> ranges, ByteBuffer pages) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  /** Array number n has one page, at address n pages, of bytes n. */
  private static byte[] image(int nrArrays) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteString name = ByteString.of("test");
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      writer.write(
          new Header(Header.EM_X86_64, 4096, name, ID, 1, 1, 1, ID, Header.NO_PARENT, name, name));
      int owner =
          writer.writeShared(new Shmem(ShmemKind.ANON, ByteString.of(""), 1L << 40, 0, 0, 0600));
      for (int n = 0; n < nrArrays; n++) {
        byte[] page = new byte[Limits.PAGE_SIZE];
        Arrays.fill(page, (byte) n);
        PageRun run = new PageRun((long) n * Limits.PAGE_SIZE, 1, PageKind.DATA);
        writer.writePages(new PageArray(owner, List.of(run)), ByteBuffer.wrap(page));
      }
      writer.finish();
    }
    return bytes.toByteArray();
  }

  /** Up to this one each waits with its pages until the next one was read. */
  private int lastToWait = -1;

  private PagesByTurns.Filling take(ImageObject array, ByteBuffer pages) {
    int n = (int) (((PageArray) array.record()).addr() / Limits.PAGE_SIZE);
    taken.add(n);
    boolean anyThread = n % 7 != 0 && n != 9;
    return new PagesByTurns.Filling() {
      @Override
      public void fill(PageFiller filler) {
        boolean isCallers = Thread.currentThread() == caller;
        assertEquals(isCallers, ((Lane) filler).isCallers());
        assertTrue(anyThread || isCallers, "only the caller may fill it");
        while (anyThread && n < lastToWait && taken.size() < n + 2) {
          Thread.onSpinWait();
        }
        assertEquals((byte) n, pages.get(pages.position()));
        assertEquals((byte) n, pages.get(pages.limit() - 1));
        filled.add(n);
      }

      @Override
      public boolean anyThread() {
        return anyThread;
      }
    };
  }

  private static void fillAll(byte[] image, PagesByTurns.Taking taking) throws IOException {
    try (ImageReader reader =
            new ImageReader(
                Channels.newChannel(new ByteArrayInputStream(image)),
                KeySource.NONE,
                PagesByTurns.NR_KEPT);
        PagesByTurns turns = new PagesByTurns(reader, taking)) {
      turns.fillAll(new Lane(true), new Lane(false));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, NR_ARRAYS})
  void takesInOrderAndFillsEachOnce(int nrArrays) throws IOException {
    lastToWait = nrArrays - 1;
    fillAll(image(nrArrays), this::take);
    List<Integer> all = IntStream.range(0, nrArrays).boxed().toList();
    assertEquals(all, taken);
    assertEquals(all, filled.stream().sorted().toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 11})
  void whatFailsOnEitherThreadIsThrown(int failing) throws IOException {
    CkptException failure = new CkptException(FailureCode.IO_FAILED, "no room", null);
    byte[] image = image(NR_ARRAYS);
    CkptException thrown =
        assertThrows(
            CkptException.class,
            () ->
                fillAll(
                    image,
                    (array, pages) -> {
                      PagesByTurns.Filling filling = take(array, pages);
                      return taken.size() == failing + 1
                          ? filler -> {
                            throw failure;
                          }
                          : filling;
                    }));
    assertSame(failure, thrown);
    assertTrue(taken.size() <= failing + 3, taken.toString());
  }

  @Test
  void readsToTheTail() throws IOException {
    byte[] image = image(3);
    byte[] cut = Arrays.copyOf(image, image.length - 1);
    assertThrows(CorruptImageException.class, () -> fillAll(cut, this::take));
    assertEquals(List.of(0, 1, 2), taken);
  }
}
