package dev.ckpt.core.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
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
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageQueueTest {
  /** More than the queue has buffers. */
  private static final int NR_ARRAYS = 50;

  private static final UUID ID = new UUID(1, 2);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Takes so many bytes, and then there is no room. */
  private class SmallDisk implements WritableByteChannel {
    private final WritableByteChannel disk = Channels.newChannel(bytes);
    private final long size;

    SmallDisk(long size) {
      this.size = size;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      if (bytes.size() + source.remaining() > size) {
        throw new IOException("no room");
      }
      return disk.write(source);
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  private static int begin(ImageWriter writer) throws IOException {
    ByteString name = ByteString.of("test");
    writer.write(
        new Header(Header.EM_X86_64, 4096, name, ID, 1, 1, 1, ID, Header.NO_PARENT, name, name));
    return writer.writeShared(new Shmem(ShmemKind.ANON, ByteString.of(""), 1L << 40, 0, 0, 0600));
  }

  /** Array number n has one page, at address n pages, of bytes n; every fifth array has none. */
  private static void addSome(PageQueue queue, int owner, int nr) throws IOException {
    Thread caller = Thread.currentThread();
    for (int i = 0; i < nr; i++) {
      int n = i;
      boolean anyThread = n % 7 != 0;
      queue.add(
          (into, beside) -> {
            assertEquals(PageQueue.BUFFER_BYTES, into.remaining());
            assertEquals(beside, Thread.currentThread() != caller);
            assertTrue(anyThread || !beside, "only the caller may read it");
            for (int k = 0; k < Limits.PAGE_SIZE; k++) {
              into.put((byte) n);
            }
            into.flip();
            PageRun run = new PageRun((long) n * Limits.PAGE_SIZE, 1, PageKind.DATA);
            return n % 5 == 0 ? Optional.empty() : Optional.of(new PageArray(owner, List.of(run)));
          },
          anyThread);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void writesEverythingInItsOrder(boolean prompt) throws IOException {
    try (ImageWriter writer = new ImageWriter(new SmallDisk(Long.MAX_VALUE));
        PageQueue queue = PageQueue.into(writer, prompt, Long.MAX_VALUE)) {
      addSome(queue, begin(writer), NR_ARRAYS);
      queue.awaitRead();
      queue.finish();
      writer.finish();
    }
    List<Integer> found = new ArrayList<>();
    try (ImageReader reader =
        new ImageReader(Channels.newChannel(new ByteArrayInputStream(bytes.toByteArray())))) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (next.get().record() instanceof PageArray array) {
          int n = reader.pages().get(Limits.PAGE_SIZE - 1);
          assertEquals((long) n * Limits.PAGE_SIZE, array.addr());
          found.add(n);
        }
      }
    }
    assertEquals(IntStream.range(0, NR_ARRAYS).filter(n -> n % 5 != 0).boxed().toList(), found);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void saysWhatWritingHasFailedWith(boolean prompt) throws IOException {
    try (ImageWriter writer = new ImageWriter(new SmallDisk(10 * Limits.PAGE_SIZE));
        PageQueue queue = PageQueue.into(writer, prompt, Long.MAX_VALUE)) {
      int owner = begin(writer);
      IOException e =
          assertThrows(
              IOException.class,
              () -> {
                addSome(queue, owner, NR_ARRAYS);
                queue.finish();
              });
      assertEquals("no room", e.getMessage());
    }
  }

  /** The 2nd and 3rd are read by different threads; what comes behind is never written. */
  @ParameterizedTest
  @CsvSource({
    "1, true", "2, true", "3, true", "4, true", "48, true", "49, true",
    "1, false", "2, false", "3, false", "4, false", "48, false", "49, false"
  })
  void saysWhatReadingHasFailedWith(int bad, boolean prompt) throws IOException {
    try (ImageWriter writer = new ImageWriter(new SmallDisk(Long.MAX_VALUE));
        PageQueue queue = PageQueue.into(writer, prompt, Long.MAX_VALUE)) {
      int owner = begin(writer);
      IOException e =
          assertThrows(
              IOException.class,
              () -> {
                addSome(queue, owner, bad);
                queue.add(
                    (into, beside) -> {
                      throw new IOException("gone");
                    },
                    true);
                addSome(queue, owner, 3);
                queue.finish();
              });
      assertEquals("gone", e.getMessage());
    }
  }

  @Test
  void dropsTheRestWhenItIsClosed() throws IOException {
    WritableByteChannel stalled =
        new SmallDisk(Long.MAX_VALUE) {
          @Override
          public int write(ByteBuffer source) throws IOException {
            while (!Thread.currentThread().isInterrupted()) {
              Thread.onSpinWait();
            }
            return super.write(source);
          }
        };
    try (ImageWriter writer = new ImageWriter(stalled)) {
      try (PageQueue queue = PageQueue.into(writer, false, Long.MAX_VALUE)) {
        addSome(queue, begin(writer), 10);
      }
      assertTrue(bytes.size() < 3 * Limits.PAGE_SIZE, "only what was begun: " + bytes.size());
    }
  }
}
