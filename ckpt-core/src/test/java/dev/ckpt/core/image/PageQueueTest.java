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
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

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

  /** Array number n has one page, at address n pages, of bytes n. */
  private static void putSome(PageQueue queue, int owner, int nr) throws IOException {
    for (int n = 0; n < nr; n++) {
      ByteBuffer buffer = queue.take();
      assertEquals(PageQueue.BUFFER_BYTES, buffer.remaining());
      for (int i = 0; i < Limits.PAGE_SIZE; i++) {
        buffer.put((byte) n);
      }
      PageRun run = new PageRun((long) n * Limits.PAGE_SIZE, 1, PageKind.DATA);
      queue.put(new PageArray(owner, List.of(run)), buffer.flip());
    }
  }

  @Test
  void writesEverythingInItsOrder() throws IOException {
    try (ImageWriter writer = new ImageWriter(new SmallDisk(Long.MAX_VALUE));
        PageQueue queue = PageQueue.into(writer)) {
      putSome(queue, begin(writer), NR_ARRAYS);
      queue.finish();
      writer.finish();
    }
    int nrArrays = 0;
    try (ImageReader reader =
        new ImageReader(Channels.newChannel(new ByteArrayInputStream(bytes.toByteArray())))) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (next.get().record() instanceof PageArray array) {
          assertEquals((long) nrArrays * Limits.PAGE_SIZE, array.addr());
          assertEquals((byte) nrArrays, reader.pages().get(Limits.PAGE_SIZE - 1));
          nrArrays++;
        }
      }
    }
    assertEquals(NR_ARRAYS, nrArrays);
  }

  @Test
  void saysWhatWritingHasFailedWith() throws IOException {
    try (ImageWriter writer = new ImageWriter(new SmallDisk(10 * Limits.PAGE_SIZE));
        PageQueue queue = PageQueue.into(writer)) {
      int owner = begin(writer);
      IOException e =
          assertThrows(
              IOException.class,
              () -> {
                putSome(queue, owner, NR_ARRAYS);
                queue.finish();
              });
      assertEquals("no room", e.getMessage());
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
      try (PageQueue queue = PageQueue.into(writer)) {
        putSome(queue, begin(writer), 10);
      }
      assertTrue(bytes.size() < 3 * Limits.PAGE_SIZE, "only what was begun: " + bytes.size());
    }
  }
}
