package dev.ckpt.convert.criu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.convert.BadInputException;
import dev.ckpt.convert.Losses;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileEventfd;
import dev.ckpt.format.record.FileSignalfd;
import dev.ckpt.format.record.FileTimerfd;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.Itimers;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.Pipe;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import dev.ckpt.format.record.Sigactions;
import dev.ckpt.format.record.Sigpending;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder that CRIU made becomes an image that says the same, and that becomes a folder again. */
class CriuFormatTest {
  private static final CriuFormat CRIU = new CriuFormat();
  private static final int PAGE = 4096;
  private static final int SIGUSR1 = 10;

  private TestFolder golden;
  private Path scratch;

  @BeforeEach
  void unpack(@TempDir Path folder) throws IOException {
    scratch = folder;
    golden =
        GoldenFolder.in(
            Files.createDirectory(folder.resolve("golden")),
            Files.createDirectory(folder.resolve("home")));
  }

  private byte[] image(TestFolder folder, boolean lossy) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(out))) {
      CRIU.toImage(folder, writer, new Losses(lossy));
    }
    return out.toByteArray();
  }

  private static ImageReader reader(byte[] image) throws IOException {
    return new ImageReader(Channels.newChannel(new ByteArrayInputStream(image)));
  }

  private TestFolder folder(byte[] image) throws IOException {
    TestFolder folder = new TestFolder(Files.createDirectory(scratch.resolve("again")));
    try (ImageReader reader = reader(image)) {
      CRIU.fromImage(ImageState.read(reader), reader, folder, new Losses(false));
    }
    return folder;
  }

  @Test
  void folderOfCriuIsKnown() throws IOException {
    assertTrue(CRIU.isThis(golden));
    assertTrue(!CRIU.isThis(new TestFolder(scratch)));
  }

  @Test
  void imageSaysWhatTheProgramHad() throws IOException {
    try (ImageReader reader = reader(image(golden, false))) {
      ImageState state = ImageState.read(reader);
      assertEquals(GoldenFolder.PID, state.task().pid());
      assertEquals(ByteString.of("golden"), state.task().comm());
      assertEquals(027, state.task().umask());
      assertEquals(1L, state.only(Sigactions.class).actions().get(SIGUSR1 - 1).handler());
      assertEquals(1, state.only(Sigpending.class).siginfos().size());
      assertEquals(3599, state.only(Itimers.class).timers().get(0).valueMicros() / 1_000_000);
      assertEquals(List.of(ByteString.of("five!")), state.only(Pipe.class).buffers());
      assertEquals(7, state.only(FileEventfd.class).count());
      assertEquals(1L << SIGUSR1 - 1, state.only(FileSignalfd.class).mask());
      assertEquals(3599, state.only(FileTimerfd.class).valueNanos() / 1_000_000_000);
      assertEquals(7, state.only(GhostFile.class).size());
      assertEquals(11, state.all(Fd.class).size());
      Map<Integer, Map<Long, ByteString>> pages = pages(reader);
      for (Map.Entry<Integer, Shmem> shmem : state.shared(Shmem.class).entrySet()) {
        Map<Long, ByteString> own = pages.get(shmem.getKey());
        if (shmem.getValue().kind() == ShmemKind.ANON) {
          assertEquals(42, own.get((long) PAGE).byteAt(5000 - PAGE));
        } else {
          assertEquals(ByteString.of("golden"), shmem.getValue().name());
          assertTrue(own.get((long) PAGE).startsWith(ByteString.of("in the middle\0")));
        }
      }
      int ghost = state.shared(GhostFile.class).keySet().iterator().next();
      assertTrue(pages.get(ghost).get(0L).startsWith(ByteString.of("no name\0")));
    }
  }

  /** By owner and address. */
  private static Map<Integer, Map<Long, ByteString>> pages(ImageReader reader) throws IOException {
    Map<Integer, Map<Long, ByteString>> pages = new HashMap<>();
    for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
      if (next.get().record() instanceof PageArray array) {
        ByteBuffer bytes = reader.pages();
        array
            .runs()
            .forEach(
                run -> {
                  for (long addr = run.addr(); addr < run.end(); addr += PAGE) {
                    byte[] page = new byte[PAGE];
                    bytes.get(page);
                    pages
                        .computeIfAbsent(array.owner(), key -> new TreeMap<>())
                        .put(addr, ByteString.of(page));
                  }
                });
      }
    }
    return pages;
  }

  @Test
  void folderOfTheImageIsTheSame() throws IOException {
    TestFolder again = folder(image(golden, false));
    CriuFolder before = CriuFolder.read(golden);
    CriuFolder after = CriuFolder.read(again);
    assertEquals(before.tree(), after.tree());
    assertEquals(before.clocks(), after.clocks());
    Criu.Core core = before.leader();
    // What is no state: flags that the kernel alone sets, and control groups. The first thread's
    // mask is in the task, and a thread without rseq area has one at 0.
    Criu.ThreadCore.Builder thread =
        core.getThreadCore().toBuilder()
            .clearCgSet()
            .setBlkSigset(core.getTc().getBlkSigset())
            .clearRseq();
    Criu.Core expected =
        core.toBuilder().setTc(core.getTc().toBuilder().setFlags(0)).setThreadCore(thread).build();
    Criu.Core found = after.leader();
    assertEquals(expected.getThreadInfo().getGpregs(), found.getThreadInfo().getGpregs());
    Criu.FpregsX86.Builder fpregs = expected.getThreadInfo().getFpregs().toBuilder();
    // Of shadow stacks, which nobody has there.
    fpregs.getXsaveBuilder().clearCet();
    assertEquals(fpregs.build(), found.getThreadInfo().getFpregs());
    assertEquals(expected.getTc(), found.getTc());
    assertEquals(expected.getThreadCore(), found.getThreadCore());
    assertEquals(plain(before), plain(after));
    assertEquals(pagesOf(before), pagesOf(after));
    assertEquals(before.fds().size(), after.fds().size());
    assertEquals(before.fs().getUmask(), after.fs().getUmask());
  }

  /** The address space without the numbers of files, which are not the same. */
  private static List<Criu.Vma> plain(CriuFolder folder) {
    return folder.mm().getVmasList().stream()
        .map(
            vma ->
                vma.toBuilder()
                    .setShmid(vma.getShmid() == 0 ? 0 : 1)
                    .setStatus(
                        vma.getStatus() & ~(Vmas.MEMFD | Vmas.FILE_SHARED | Vmas.ANON_SHARED))
                    .setFlags(vma.getFlags() & ~Vmas.MAP_ANONYMOUS)
                    .build())
        .toList();
  }

  private static Map<Long, ByteString> pagesOf(CriuFolder folder) throws IOException {
    Map<Long, ByteString> pages = new TreeMap<>();
    String name = ImgKind.PAGEMAP.file(folder.tree().getPid());
    try (PagemapReader reader = PagemapReader.open(folder.folder(), name)) {
      for (Optional<PagemapReader.Run> run = reader.next(); run.isPresent(); run = reader.next()) {
        for (long addr = run.get().start(); addr < run.get().end(); addr += PAGE) {
          ByteBuffer page = ByteBuffer.allocate(PAGE);
          reader.readFully(page);
          pages.put(addr, ByteString.of(page.flip()));
        }
      }
    }
    return pages;
  }

  @Test
  void whatAnImageCannotSayIsAnErrorOrLeftOut() throws IOException {
    Criu.Core core = CriuFolder.read(golden).leader();
    Criu.Creds labelled =
        core.getThreadCore().getCreds().toBuilder().setLsmProfile(text("confined")).build();
    replace(
        ImgKind.CORE,
        ImgKind.CORE.file(GoldenFolder.PID),
        core.toBuilder()
            .setThreadCore(core.getThreadCore().toBuilder().setCreds(labelled))
            .build());
    CkptException e = assertThrows(CkptException.class, () -> image(golden, false));
    assertEquals(FailureCode.CONVERT_LOSS, e.code());
    assertEquals("an image cannot say: lsm_profile (confined)", e.getMessage());
    assertTrue(image(golden, true).length > 0);
  }

  @Test
  void unknownFieldsAreNamed() throws IOException {
    Path file = golden.path().resolve(ImgKind.FS.file(GoldenFolder.PID));
    byte[] bytes = Files.readAllBytes(file);
    byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + 3);
    longer[8] += 3; // the length of its one message
    longer[bytes.length] = (byte) 0xf8; // field 31, a number
    longer[bytes.length + 1] = 1;
    longer[bytes.length + 2] = 5;
    Files.write(file, longer);
    BadInputException e = assertThrows(BadInputException.class, () -> image(golden, false));
    assertTrue(e.getMessage().contains("field 31 of Fs"), e.getMessage());
  }

  @Test
  void twoProcessesAreNoImage() throws IOException {
    Criu.Pstree tree = CriuFolder.read(golden).tree();
    Files.delete(golden.path().resolve(ImgKind.PSTREE.file()));
    try (ImgWriter out = ImgWriter.create(golden, ImgKind.PSTREE, ImgKind.PSTREE.file())) {
      out.write(tree);
      out.write(tree.toBuilder().setPid(4).setPpid(tree.getPid()).build());
    }
    CkptException e = assertThrows(CkptException.class, () -> image(golden, false));
    assertEquals(FailureCode.CONVERT_LOSS, e.code());
    assertTrue(e.getMessage().contains("pid 4"), e.getMessage());
  }

  @Test
  void laterVersionIsRefused() throws IOException {
    Criu.Inventory.Builder inventory = Criu.Inventory.newBuilder().setImgVersion(3);
    replace(ImgKind.INVENTORY, ImgKind.INVENTORY.file(), inventory.build());
    CkptException e = assertThrows(CkptException.class, () -> image(golden, false));
    assertEquals(FailureCode.CONVERT_VERSION, e.code());
  }

  @Test
  void changedFileIsRefused() throws IOException {
    Files.write(scratch.resolve("home/golden"), new byte[1]);
    CkptException e = assertThrows(CkptException.class, () -> image(golden, false));
    assertEquals(FailureCode.CONVERT_INPUT, e.code());
    assertTrue(e.getMessage().contains("is not as it was"), e.getMessage());
  }

  /** Each file without its last byte, and without any: no half of a task comes of that. */
  @Test
  void cutFilesAreNoticed() throws IOException {
    Map<String, byte[]> files = golden.content();
    // Its content is what is left of the file, however long that is.
    files.remove("ghost-file-1.img");
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      byte[] bytes = file.getValue();
      golden.write(file.getKey(), java.util.Arrays.copyOf(bytes, bytes.length - 1));
      CkptException e =
          assertThrows(CkptException.class, () -> image(golden, false), file.getKey());
      assertEquals(FailureCode.CONVERT_INPUT, e.code(), file.getKey());
      golden.write(file.getKey(), bytes);
    }
  }

  /** NB: a bit of a page or a register may be any; what counts is that nothing else is thrown. */
  @Test
  void everyFlippedByteIsRefusedOrTaken() throws IOException {
    for (Map.Entry<String, byte[]> file : golden.content().entrySet()) {
      byte[] bytes = file.getValue();
      for (int i = 0; i < Math.min(bytes.length, 1500); i++) {
        byte[] flipped = bytes.clone();
        flipped[i] ^= (byte) (1 << i % 8);
        golden.write(file.getKey(), flipped);
        try {
          image(golden, true);
        } catch (CkptException e) {
          assertTrue(e.getMessage().length() > 10, file.getKey() + " at " + i);
        }
      }
      golden.write(file.getKey(), bytes);
    }
  }

  private static com.google.protobuf.ByteString text(String text) {
    return com.google.protobuf.ByteString.copyFrom(text, StandardCharsets.UTF_8);
  }

  private void replace(ImgKind kind, String file, com.google.protobuf.MessageLite message)
      throws IOException {
    Files.delete(golden.path().resolve(file));
    ImgWriter.writeOne(golden, kind, file, message);
  }
}
