package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.Pipe;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class ImageWriterTest {
  private static final ByteBuffer NO_PAGES = ByteBuffer.allocateDirect(0);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private static PageArray zeros(int owner, long addr) {
    return new PageArray(owner, List.of(new PageRun(addr, 1, PageKind.ZERO)));
  }

  private static PageArray data(int owner, long addr, int nrPages) {
    return new PageArray(owner, List.of(new PageRun(addr, nrPages, PageKind.DATA)));
  }

  /** A channel that takes between nothing and a few bytes at a time. */
  private static final class StingyChannel implements WritableByteChannel {
    private final Random random = new Random(4711);
    private final WritableByteChannel to;

    StingyChannel(WritableByteChannel to) {
      this.to = to;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      int nr = Math.min(from.remaining(), random.nextInt(1000));
      int written = to.write(from.slice(from.position(), nr));
      from.position(from.position() + written);
      return written;
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
  void copesWithChannelsThatTakeOnlyPart() throws Exception {
    try (ImageWriter writer = new ImageWriter(new StingyChannel(Channels.newChannel(bytes)))) {
      Samples.writeState(writer);
      writer.writePages(Samples.pageArray(), Samples.pages());
      writer.write(Samples.statistics());
      writer.finish();
      assertEquals(bytes.size(), writer.offset());
    }
    assertArrayEquals(Samples.image(), bytes.toByteArray());
  }

  @Test
  void writesTheSameBytesForTheSameObjects() throws Exception {
    assertArrayEquals(Samples.image(), Samples.image());
  }

  @Test
  void putsPagesAtMultiplesOf4096() throws Exception {
    List<Long> offsets = new ArrayList<>();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      Samples.writeState(writer);
      for (int i = 0; i < 20; i++) {
        PageArray table = data(Samples.MM, i * 0x10_0000L, 1 + i);
        offsets.add(table.pagesOffset(writer.offset()));
        ByteBuffer pages = ByteBuffer.allocateDirect(table.dataBytes());
        while (pages.hasRemaining()) {
          pages.put((byte) (i + 1));
        }
        writer.writePages(table, pages.flip());
        assertFalse(pages.hasRemaining());
      }
      writer.finish();
    }
    byte[] image = bytes.toByteArray();
    for (int i = 0; i < 20; i++) {
      int from = Math.toIntExact(offsets.get(i));
      assertEquals(0, from % 4096);
      assertEquals(0, image[from - 1]);
      byte[] expected = new byte[(1 + i) * 4096];
      Arrays.fill(expected, (byte) (i + 1));
      assertArrayEquals(expected, Arrays.copyOfRange(image, from, from + expected.length));
    }
    Images.readAll(image);
  }

  @Test
  void writesTheLargestPageArrays() throws Exception {
    List<PageRun> runs = new ArrayList<>();
    for (int i = 0; i < Limits.MAX_ARRAY_RUNS; i++) {
      PageKind kind = i < Limits.MAX_ARRAY_DATA_PAGES ? PageKind.DATA : PageKind.ZERO;
      runs.add(new PageRun(i * 0x2000L, 1, kind));
    }
    PageArray table = new PageArray(Samples.MM, runs);
    ByteBuffer pages = ByteBuffer.allocateDirect(table.dataBytes());
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      Samples.writeState(writer);
      writer.writePages(table, pages);
      writer.finish();
    }
    List<ImageObject> objects = Images.readAll(bytes.toByteArray());
    assertEquals(table, objects.get(objects.size() - 3).record());
  }

  @Test
  void writesObjectsLargerThanItsBuffer() throws Exception {
    byte[] content = new byte[5 << 20];
    new Random(1).nextBytes(content);
    Pipe pipe = new Pipe(1, 8 << 20, false, List.of(ByteString.of(content)));
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      writer.write(Samples.header());
      writer.writeShared(pipe);
      writer.finish();
    }
    assertEquals(pipe, Images.readAll(bytes.toByteArray()).get(1).record());
  }

  @Test
  void rejectsStateBehindPages() throws Exception {
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      Samples.writeState(writer);
      writer.writePages(Samples.pageArray(), Samples.pages());
      assertThrows(IllegalStateException.class, () -> writer.write(MemorySamples.vma()));
      assertThrows(IllegalStateException.class, () -> writer.write(Samples.header()));
      writer.write(Samples.statistics());
      assertThrows(IllegalStateException.class, () -> writer.write(Samples.statistics()));
      assertThrows(
          IllegalStateException.class, () -> writer.writePages(zeros(Samples.MEMFD, 0), NO_PAGES));
      writer.finish();
    }
    assertArrayEquals(Samples.image(), bytes.toByteArray(), "refusals leave no trace");
  }

  @Test
  void rejectsEverythingBeforeTheHeader() {
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      assertThrows(IllegalStateException.class, () -> writer.write(TaskSamples.task()));
      assertThrows(IllegalStateException.class, writer::finish);
    }
    assertEquals(0, bytes.size());
  }

  @Test
  void rejectsReferencesToWhatWasNotWritten() throws Exception {
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      writer.write(Samples.header());
      int objref = writer.nextObjref();
      assertThrows(
          IllegalStateException.class, () -> writer.writeShared(new FileRegular(objref, 0, 0)));
      assertThrows(
          IllegalStateException.class, () -> writer.writePages(zeros(objref, 0), NO_PAGES));
      assertThrows(IllegalArgumentException.class, () -> writer.write(99, Samples.fileRef()));
      assertThrows(IllegalStateException.class, () -> writer.write(0, Samples.fileRef()));
    }
  }

  @Test
  void rejectsPagesOfAFileThatIsNotEmbedded() throws Exception {
    FileRef file = Samples.fileRef();
    FileRef named =
        new FileRef(
            file.path(),
            file.dev(),
            file.ino(),
            file.mode(),
            file.size(),
            file.mtimeNanos(),
            file.buildId(),
            file.uid(),
            file.gid(),
            false);
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      writer.write(Samples.header());
      int embedded = writer.writeShared(file);
      int onlyNamed = writer.writeShared(named);
      writer.writePages(zeros(embedded, 0), NO_PAGES);
      assertThrows(
          IllegalStateException.class, () -> writer.writePages(zeros(onlyNamed, 0), NO_PAGES));
    }
  }

  @Test
  void rejectsPagesThatDoNotAscend() throws Exception {
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      Samples.writeState(writer);
      writer.writePages(zeros(Samples.MM, 0x5000), NO_PAGES);
      writer.writePages(zeros(Samples.MEMFD, 0x1000), NO_PAGES);
      assertThrows(
          IllegalStateException.class,
          () -> writer.writePages(zeros(Samples.MM, 0x5000), NO_PAGES));
      assertThrows(
          IllegalStateException.class,
          () -> writer.writePages(zeros(Samples.MM, 0x4000), NO_PAGES));
      writer.writePages(zeros(Samples.MM, 0x6000), NO_PAGES);
      writer.finish();
    }
    Images.readAll(bytes.toByteArray());
  }

  @Test
  void rejectsPagesThatDoNotFitTheTable() throws Exception {
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      Samples.writeState(writer);
      for (int len : new int[] {0, 4095, 4097, 8192}) {
        assertThrows(
            IllegalArgumentException.class,
            () -> writer.writePages(Samples.pageArray(), ByteBuffer.allocateDirect(len)));
      }
    }
  }

  @Test
  void takesNothingAfterItIsFinishedOrClosed() throws Exception {
    ImageWriter writer = new ImageWriter(Channels.newChannel(bytes));
    Samples.writeState(writer);
    writer.finish();
    assertThrows(IllegalStateException.class, writer::finish);
    assertThrows(IllegalStateException.class, () -> writer.write(Samples.statistics()));
    writer.close();
    writer.close();
    assertThrows(IllegalStateException.class, () -> writer.write(Samples.statistics()));
  }

  @Test
  void takesNothingAfterTheChannelFailed() throws Exception {
    WritableByteChannel full =
        new WritableByteChannel() {
          @Override
          public int write(ByteBuffer from) throws IOException {
            throw new IOException("No space left on device");
          }

          @Override
          public boolean isOpen() {
            return true;
          }

          @Override
          public void close() {}
        };
    try (ImageWriter writer = new ImageWriter(full)) {
      writer.write(Samples.header());
      IOException e = assertThrows(IOException.class, writer::finish);
      assertEquals("No space left on device", e.getMessage());
      assertThrows(IllegalStateException.class, writer::finish);
    }
  }

  @Test
  void leavesAStreamWithoutTailWhenItIsNotFinished() throws Exception {
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      Samples.writeState(writer);
      writer.writePages(Samples.pageArray(), Samples.pages());
    }
    assertTrue(bytes.size() > 4096);
    assertThrows(CorruptImageException.class, () -> Images.readAll(bytes.toByteArray()));
  }

  @Test
  void goesFromThreadToThread() throws Exception {
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      Samples.writeState(writer);
      onAnotherThread(() -> writer.writePages(Samples.pageArray(), Samples.pages()));
      writer.write(Samples.statistics());
      onAnotherThread(writer::finish);
    }
    assertArrayEquals(Samples.image(), bytes.toByteArray());
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void onAnotherThread(Step step) throws InterruptedException, ExecutionException {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              step.run();
              return null;
            });
    new Thread(task).start();
    task.get();
  }
}
