package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.Tail;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.Vma;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class ImageReaderTest {
  /** Gives one byte at a time, and sometimes none. */
  private static final class SlowChannel implements ReadableByteChannel {
    private final ByteBuffer from;
    private boolean none;

    SlowChannel(byte[] bytes) {
      from = ByteBuffer.wrap(bytes);
    }

    @Override
    public int read(ByteBuffer into) {
      none = !none;
      if (none) {
        return 0;
      }
      if (!from.hasRemaining()) {
        return -1;
      }
      into.put(from.get());
      return 1;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {
      throw new AssertionError("the channel belongs to the caller");
    }
  }

  @Test
  void readsAllObjectsInTheirOrder() throws Exception {
    List<ImageRecord> expected = Samples.ofImage();
    List<ImageObject> read = Images.readAll(Samples.image());
    assertEquals(expected.size(), read.size());
    for (int i = 0; i < expected.size() - 2; i++) {
      assertEquals(expected.get(i), read.get(i).record());
    }
    assertEquals(16, read.get(0).offset());
  }

  @Test
  void readsFromChannelsThatGiveOneByteAtATime() throws Exception {
    int nr = 0;
    try (ImageReader reader = new ImageReader(new SlowChannel(Samples.image()))) {
      while (reader.next().isPresent()) {
        nr++;
      }
      reader.requireEnd();
    }
    assertEquals(Samples.NR_OBJECTS, nr);
  }

  @Test
  void handsOverThePagesOfThePageArrayReadLast() throws Exception {
    try (ImageReader reader = Images.reader(Samples.image())) {
      assertThrows(IllegalStateException.class, reader::pages);
      ImageState.read(reader);
      assertEquals(Samples.pageArray(), reader.next().orElseThrow().record());
      ByteBuffer pages = reader.pages();
      assertTrue(pages.isDirect() && pages.isReadOnly());
      assertEquals(0, pages.alignmentOffset(0, 4096));
      assertEquals(Samples.pages(), pages);
      reader.next();
      assertThrows(IllegalStateException.class, reader::pages);
    }
  }

  @Test
  void stopsAtTheTailOfAPipe() throws Exception {
    Pipe pipe = Pipe.open();
    FutureTask<Void> writing =
        new FutureTask<>(
            () -> {
              try (Pipe.SinkChannel sink = pipe.sink();
                  ImageWriter first = new ImageWriter(sink);
                  ImageWriter second = new ImageWriter(sink)) {
                writeSample(first);
                writeSample(second);
              }
              return null;
            });
    new Thread(writing).start();
    try (Pipe.SourceChannel source = pipe.source()) {
      for (int i = 0; i < 2; i++) {
        try (ImageReader reader = new ImageReader(source)) {
          ImageState state = ImageState.read(reader);
          assertEquals(TaskSamples.task(), state.task());
          Optional<ImageObject> last = Optional.empty();
          Optional<ImageObject> next = reader.next();
          while (next.isPresent()) {
            last = next;
            next = reader.next();
          }
          assertTrue(last.orElseThrow().record() instanceof Tail);
          if (i == 1) {
            reader.requireEnd();
          }
        }
      }
    }
    writing.get();
  }

  private static void writeSample(ImageWriter writer) throws IOException {
    Samples.writeState(writer);
    writer.writePages(Samples.pageArray(), Samples.pages());
    writer.write(Samples.statistics());
    writer.finish();
  }

  @Test
  void peeksWithoutTaking() throws Exception {
    try (ImageReader reader = Images.reader(Samples.image())) {
      assertEquals(Optional.of(ObjectType.HEADER), reader.peek());
      assertEquals(Optional.of(ObjectType.HEADER), reader.peek());
      assertTrue(reader.next().orElseThrow().record() instanceof Header);
      assertEquals(Optional.of(ObjectType.TASK), reader.peek());
      while (reader.next().isPresent()) {
        // up to the end
      }
      assertFalse(reader.peek().isPresent());
      assertFalse(reader.next().isPresent());
    }
  }

  @Test
  void readsNothingMoreAfterAnError() throws Exception {
    byte[] image = Samples.image();
    image[image.length - 1] ^= 1;
    try (ImageReader reader = Images.reader(image)) {
      assertThrows(
          CorruptImageException.class,
          () -> {
            while (reader.next().isPresent()) {
              // up to the damage
            }
          });
      assertThrows(IllegalStateException.class, reader::next);
      assertThrows(IllegalStateException.class, reader::requireEnd);
    }
  }

  @Test
  void collectsTheStateAndStopsBeforeThePages() throws Exception {
    try (ImageReader reader = Images.reader(Samples.image())) {
      ImageState state = ImageState.read(reader);
      assertEquals(Optional.of(ObjectType.PAGE_ARRAY), reader.peek());
      assertEquals(Samples.header(), state.header());
      assertEquals(Samples.mm(), state.mm());
      assertEquals(List.of(TaskSamples.thread()), state.threads());
      assertEquals(List.of(MemorySamples.vma(), MemorySamples.sharedVma()), state.vmas());
      assertEquals(Map.of(Samples.MEMFD, MemorySamples.shmem()), state.shared(Shmem.class));
      assertEquals(Samples.state().size(), state.objects().size());
      Fd fd = state.only(Fd.class);
      FileRegular file = state.get(fd.file(), FileRegular.class);
      assertEquals(Samples.fileRef(), state.get(file.file(), FileRef.class));
      assertSame(state.mm(), state.find(Samples.MM).orElseThrow());
      assertThrows(CorruptImageException.class, () -> state.get(fd.file(), Mm.class));
      assertThrows(CorruptImageException.class, () -> state.get(99, Mm.class));
      assertThrows(CorruptImageException.class, () -> state.only(Vma.class));
      assertFalse(state.find(0).isPresent());
      assertEquals(812, state.only(Task.class).pid());
    }
  }
}
