package dev.ckpt.convert.core;

import static dev.ckpt.convert.TaskImages.PAGE;
import static dev.ckpt.convert.TaskImages.PID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.convert.TaskImages;
import dev.ckpt.convert.core.CoreFile.Segment;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.ParentPages;
import dev.ckpt.format.record.PreDump;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Core files of images that were made for it. */
class ElfCoreTest {
  private static final long BASE = 0x7f00_0000_0000L;
  private static final int USUAL = 0x33;
  private static final int NT_PRSTATUS = 1;
  private static final int NT_FPREGSET = 2;
  private static final int NT_PRPSINFO = 3;
  private static final int NT_FILE = 0x46494c45;
  private static final int NT_X86_XSTATE = 0x202;

  @TempDir Path folder;

  private Path image(TaskImages.Content content) throws IOException {
    return TaskImages.write(folder.resolve("image"), Header.NO_PARENT, USUAL, List.of(), content);
  }

  @Test
  void hasEachThreadWithItsRegisters() throws Exception {
    Path image =
        TaskImages.write(
            folder.resolve("image"),
            Header.NO_PARENT,
            USUAL,
            List.of(900, 1003),
            (writer, mm) -> writer.write(TaskImages.anonymous(BASE, 1)));
    CoreFile core = Cores.of(image, false);
    assertEquals(3, core.result().nrThreads());
    List<ByteBuffer> statuses = core.notes(NT_PRSTATUS);
    List<Integer> tids = List.of(PID, 900, 1003);
    for (int i = 0; i < 3; i++) {
      ByteBuffer status = statuses.get(i);
      assertEquals(336, status.remaining());
      assertEquals(20, status.getShort(12), "pr_cursig");
      assertEquals(0x4000, status.getLong(24), "pr_sighold");
      assertEquals(tids.get(i), status.getInt(32), "pr_pid");
      assertEquals(1, status.getInt(36), "pr_ppid");
      assertEquals(700, status.getInt(44), "pr_sid");
      for (int reg = 0; reg < 27; reg++) {
        assertEquals(tids.get(i) * 1000L + reg, status.getLong(112 + reg * 8));
      }
      assertEquals(1, status.getInt(328), "pr_fpvalid");
      assertEquals(512, core.notes(NT_FPREGSET).get(i).remaining());
      assertEquals(
          TaskImages.cpu(PID, 832, 7).xsave().asByteBuffer(), core.notes(NT_X86_XSTATE).get(i));
    }
    ByteBuffer info = core.notes(NT_PRPSINFO).get(0);
    assertEquals(136, info.remaining());
    assertEquals('T', info.get(1));
    assertEquals(-7, info.get(3), "pr_nice");
    assertEquals(1000, info.getInt(16), "pr_uid");
    assertEquals(PID, info.getInt(24), "pr_pid");
    assertEquals('s', info.get(40), "pr_fname");
  }

  @Test
  void hasPagesAndHoles() throws Exception {
    Path image =
        image(
            (writer, mm) -> {
              writer.write(TaskImages.anonymous(BASE, 1000));
              TaskImages.writePage(writer, mm, BASE + 5 * PAGE, 'x');
              TaskImages.writePage(writer, mm, BASE + 900L * PAGE, 0);
            });
    CoreFile core = Cores.of(image, false);
    assertEquals(1, core.loads().size());
    Segment load = core.loads().get(0);
    assertEquals(1000L * PAGE, load.fileBytes());
    assertEquals(6, load.flags(), "PF_R and PF_W");
    assertEquals('x', core.byteAt(BASE + 5 * PAGE));
    assertEquals(0, core.byteAt(BASE + 4 * PAGE));
    assertEquals(0, core.byteAt(BASE + 900L * PAGE));
    assertTrue(core.writtenBytes() < 4 * PAGE, "it has holes: " + core.writtenBytes());
  }

  @Test
  void hasSharedMemoryThroughEachOfItsMappings() throws Exception {
    Path image =
        image(
            (writer, mm) -> {
              Shmem shmem =
                  new Shmem(ShmemKind.MEMFD, ByteString.of("m"), 3L * PAGE, 0, 0, 0100600);
              int objref = writer.writeShared(shmem);
              writer.write(TaskImages.vma(BASE, 5, objref, VmFlag.SH.bit(), VmaKind.ANON_SHARED));
              writer.write(TaskImages.vma(BASE + 9L * PAGE, 3, objref, 0, VmaKind.FILE_PRIVATE));
              TaskImages.writePage(writer, mm, BASE + 10L * PAGE, 'p');
              TaskImages.writePage(writer, objref, PAGE, 's');
              TaskImages.writePage(writer, objref, 2 * PAGE, 't');
            });
    CoreFile core = Cores.of(image, false);
    assertEquals('s', core.byteAt(BASE + PAGE));
    assertEquals(0, core.byteAt(BASE + 4L * PAGE), "behind the end of the object");
    assertEquals('p', core.byteAt(BASE + 10L * PAGE), "the mapping's own");
    assertEquals('t', core.byteAt(BASE + 11L * PAGE), "the object's");
    ByteBuffer files = core.notes(NT_FILE).get(0);
    assertEquals(2, files.getLong(0));
    assertEquals(BASE + 9L * PAGE, files.getLong(16 + 24));
  }

  @Test
  void readsFilesThatAreStillWhatWasMapped() throws Exception {
    Path mapped = Files.writeString(folder.resolve("mapped"), "a".repeat(3 * PAGE + 10));
    TaskImages.Content content =
        (writer, mm) -> {
          int file = writer.writeShared(TaskImages.file(mapped));
          writer.write(TaskImages.vma(BASE, 6, file, 0, VmaKind.FILE_PRIVATE));
          TaskImages.writePage(writer, mm, BASE + PAGE, 'x');
        };
    CoreFile core = Cores.of(image(content), false);
    assertEquals('a', core.byteAt(BASE));
    assertEquals('x', core.byteAt(BASE + PAGE));
    assertEquals('a', core.byteAt(BASE + 3 * PAGE + 9));
    assertEquals(0, core.byteAt(BASE + 3 * PAGE + 10), "behind its end");
    assertEquals(0, core.byteAt(BASE + 5 * PAGE), "pages behind its end");
    assertEquals(List.of(), core.result().missing());

    Files.writeString(mapped, "b".repeat(3 * PAGE + 10));
    Files.setLastModifiedTime(mapped, java.nio.file.attribute.FileTime.fromMillis(1));
    CoreFile other = Cores.of(folder.resolve("image"), false);
    assertEquals(List.of(ByteString.of(mapped.toString())), other.result().missing());
    assertEquals('x', other.byteAt(BASE + PAGE));
    assertEquals(List.of((long) PAGE), other.loads().stream().map(Segment::fileBytes).toList());
  }

  /** A pipe in the place of a file would be waited for. */
  @Test
  void opensNothingThatIsNoRegularFile() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    Path image =
        image(
            (writer, mm) -> {
              int file = writer.writeShared(TaskImages.file(pipe));
              writer.write(TaskImages.vma(BASE, 6, file, 0, VmaKind.FILE_PRIVATE));
            });
    CoreFile core = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> Cores.of(image, true));
    assertEquals(1, core.result().missing().size());
  }

  @Test
  void takesPagesOfParents() throws Exception {
    Path parent =
        TaskImages.write(
            folder.resolve("parent"),
            Header.NO_PARENT,
            USUAL,
            List.of(),
            (writer, mm) -> {
              writer.write(TaskImages.anonymous(BASE, 3));
              TaskImages.writePage(writer, mm, BASE, 'p');
              TaskImages.writePage(writer, mm, BASE + PAGE, 'q');
            });
    Path child =
        TaskImages.write(
            folder.resolve("child"),
            new UUID(7, parent.hashCode()),
            USUAL,
            List.of(),
            (writer, mm) -> {
              writer.write(new ParentImage(ByteString.of(parent.toString())));
              writer.write(
                  new ParentPages(mm, mm, List.of(new ParentPages.ParentRun(BASE + PAGE, 1))));
              writer.write(TaskImages.anonymous(BASE, 3));
              TaskImages.writePage(writer, mm, BASE, 'c');
            });
    CoreFile core = Cores.of(child, false);
    assertEquals('c', core.byteAt(BASE));
    assertEquals('q', core.byteAt(BASE + PAGE));
    Files.delete(parent);
    CkptException e = assertThrows(CkptException.class, () -> Cores.of(child, false));
    assertEquals(FailureCode.PARENT_MISSING, e.code());
  }

  @Test
  void countsMoreSegmentsThanTheHeaderCan() throws Exception {
    int nr = 65_600;
    Path image =
        image(
            (writer, mm) -> {
              for (int i = 0; i < nr; i++) {
                writer.write(TaskImages.anonymous(BASE + 2L * i * PAGE, 1));
              }
              TaskImages.writePage(writer, mm, BASE + 2L * (nr - 1) * PAGE, 'z');
            });
    CoreFile core = Cores.of(image, false);
    assertEquals(nr, core.loads().size());
    assertEquals('z', core.byteAt(BASE + 2L * (nr - 1) * PAGE));
  }

  /** A terabyte of nothing takes no time; a reserve is not even in the file. */
  @Test
  void takesAMomentForHugeMappings() throws Exception {
    long nrPages = (1L << 45) / PAGE;
    Path image =
        image(
            (writer, mm) -> {
              writer.write(TaskImages.vma(PAGE, nrPages, 0, VmFlag.NR.bit(), VmaKind.ANON_PRIVATE));
              writer.write(TaskImages.anonymous(1L << 46, nrPages));
              TaskImages.writePage(writer, mm, (1L << 46) + 12345L * PAGE, 'x');
            });
    CoreFile core = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> Cores.of(image, false));
    assertEquals(0, core.loads().get(0).fileBytes());
    assertEquals(1L << 45, core.loads().get(1).fileBytes());
    assertEquals('x', core.byteAt((1L << 46) + 12345L * PAGE));
  }

  @Test
  void refusesMappingsOverEachOther() throws Exception {
    Path image =
        image(
            (writer, mm) -> {
              writer.write(TaskImages.anonymous(BASE, 3));
              writer.write(TaskImages.anonymous(BASE + PAGE, 3));
            });
    CorruptImageException e =
        assertThrows(CorruptImageException.class, () -> Cores.of(image, false));
    assertEquals("VMA", e.objectType());
    assertTrue(e.offset() > 0);
  }

  @Test
  void refusesAThreadWithoutRegisters() throws Exception {
    Path image = image((writer, mm) -> TaskImages.putThread(writer, 900, 100));
    CorruptImageException e =
        assertThrows(CorruptImageException.class, () -> Cores.of(image, false));
    assertEquals("THREAD", e.objectType());
    assertTrue(e.getMessage().contains("thread 900"), e.getMessage());
  }

  @Test
  void refusesAPreDump() throws Exception {
    Path image = image((writer, mm) -> writer.write(new PreDump(PreDump.READ)));
    CkptException e = assertThrows(CkptException.class, () -> Cores.of(image, false));
    assertEquals(FailureCode.CORE_PRE_DUMP, e.code());
  }

  /** Whatever byte is changed and wherever it is cut: what was made is the same, or an error. */
  @Test
  void damageIsNoticedOrWithoutEffect() throws Exception {
    Path image =
        image(
            (writer, mm) -> {
              writer.write(TaskImages.anonymous(BASE, 30));
              TaskImages.writePage(writer, mm, BASE + 5 * PAGE, 'x');
            });
    byte[] whole = Files.readAllBytes(image);
    CollectedOutput expected = new CollectedOutput();
    ElfCore.Result result = Cores.convert(image, false, expected);
    Random random = new Random(812);
    Path damaged = folder.resolve("damaged");
    int refused = 0;
    int rounds = 600;
    for (int i = 0; i < rounds; i++) {
      byte[] bytes = whole.clone();
      if (i % 2 == 0) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      } else {
        bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      Files.write(damaged, bytes);
      try {
        CollectedOutput output = new CollectedOutput();
        assertEquals(result, Cores.convert(damaged, false, output));
        int len = Math.toIntExact(output.size());
        assertEquals(expected.read(0, len), output.read(0, len));
      } catch (CkptException e) {
        refused++;
      }
    }
    assertTrue(refused > rounds * 9 / 10, refused + " of " + rounds);
    assertTrue(Limits.PAGE_SIZE * 30L < expected.size());
  }
}
