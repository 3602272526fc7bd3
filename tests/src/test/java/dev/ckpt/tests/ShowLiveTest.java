package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.proc.MapsEntry;
import dev.ckpt.core.proc.ProcFs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command finds in images, beside what the kernel shows of the process's memory. */
@Tag("live")
class ShowLiveTest {
  private static final String TEXT = "text on the heap";
  private static final int NOT_FOUND = 4;

  @TempDir Path folder;
  private LiveProgram task;
  private String pid;

  @BeforeEach
  void start() throws IOException {
    task = LiveProgram.start(Programs.folder().resolve("engine/debuggee"), List.of("STATUS"));
    task.awaitReady();
    pid = Integer.toString(task.pid());
  }

  @AfterEach
  void end() throws IOException {
    task.close();
  }

  private CkptOutcome run(String... words) throws IOException {
    return CkptOutcome.of(folder, List.of(), words);
  }

  private String dump(String name, String... more) throws IOException {
    String image = folder.resolve(name).toString();
    List<String> words = new ArrayList<>(List.of("dump", pid, "-o", image, "--no-sync"));
    words.addAll(List.of(more));
    CkptOutcome outcome = run(words.toArray(String[]::new));
    assertEquals(0, outcome.code(), outcome.toString());
    return image;
  }

  private String show(int code, String image, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of("show", image));
    words.addAll(List.of(more));
    CkptOutcome outcome = run(words.toArray(String[]::new));
    assertEquals(code, outcome.code(), outcome.toString());
    return outcome.out();
  }

  private MapsEntry heap() throws IOException {
    return ProcFs.of(task.pid()).maps().entries().stream()
        .filter(entry -> entry.name().toString().equals("[heap]"))
        .findFirst()
        .orElseThrow();
  }

  /** The heap as the kernel shows it. */
  private String heapBytes() throws IOException {
    MapsEntry heap = heap();
    ByteBuffer bytes = ByteBuffer.allocate((int) (heap.end() - heap.start()));
    try (FileChannel memory = FileChannel.open(Path.of("/proc", pid, "mem"))) {
      while (bytes.hasRemaining()) {
        assertTrue(memory.read(bytes, heap.start() + bytes.position()) > 0);
      }
    }
    return new String(bytes.array(), ISO_8859_1);
  }

  @Test
  void findsWhatTheKernelShows() throws Exception {
    String image = dump("image");
    String heap = heapBytes();
    long start = heap().start();
    String addr = Long.toHexString(start + heap.indexOf(TEXT));
    String found = show(0, image, "--search", TEXT, "--in", "heap");
    assertEquals(1, found.lines().count(), found);
    assertTrue(found.startsWith(addr + "  [heap]  "), found);
    TreeSet<String> expected = new TreeSet<>();
    Matcher strings = Pattern.compile("[\t -~]{6,}").matcher(heap);
    while (strings.find()) {
      String text = strings.group().replace("\t", "\\t");
      expected.add(Long.toHexString(start + strings.start()) + "  [heap]            " + text);
    }
    assertFalse(expected.isEmpty());
    String lines = show(0, image, "--strings=6", "--in=heap");
    assertEquals(expected, new TreeSet<>(lines.lines().toList()));
    String page = show(0, image, "--page", addr);
    assertTrue(page.contains("\n  content   data, in this image\n"), page);
    String row = TEXT.substring(0, 16 - (int) (Long.parseLong(addr, 16) % 16));
    assertTrue(page.contains(row), page);
  }

  @Test
  void findsTheSameInEachKindOfImage() throws Exception {
    Path key = Files.write(folder.resolve("key"), new byte[32]);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    String plain = dump("plain");
    String expected = show(0, plain, "--search", TEXT, "--in", "heap");
    for (String codec : List.of("lz4", "zstd")) {
      String image = dump(codec, "--compress", codec);
      assertEquals(expected, show(0, image, "--search", TEXT, "--in", "heap"));
    }
    String sealed = dump("sealed", "--key-file", key.toString());
    assertEquals(
        expected, show(0, sealed, "--search", TEXT, "--in", "heap", "--key-file", key.toString()));
    String upon = dump("upon", "--parent", plain);
    assertEquals(expected, show(0, upon, "--search", TEXT, "--in", "heap"));
    String addr = expected.substring(0, expected.indexOf(' '));
    String page = show(0, upon, "--page", addr);
    assertTrue(page.contains("\n  content   data, in parent image " + plain + "\n"), page);
    Files.delete(Path.of(plain));
    CkptOutcome lost = run("show", upon, "--search", TEXT);
    lost.expectFailure(1, "PARENT_MISSING", "plain");
  }

  @Test
  void findsSharedMemoryOnceAndFilesNever() throws Exception {
    String image = dump("image");
    String shared = show(0, image, "--search", "text in shared memory");
    assertTrue(shared.contains("       +3000  /dev/zero (deleted)  |"), shared);
    long inObject = shared.lines().filter(line -> line.contains("+3000")).count();
    assertEquals(1, inObject, shared);
    CkptOutcome library = run("show", image, "--search", "GNU C Library");
    assertEquals(NOT_FOUND, library.code(), library.toString());
    assertEquals("", library.out());
    assertTrue(library.err().contains(" of mapped files are not in the image"), library.err());
    MapsEntry first =
        ProcFs.of(task.pid()).maps().entries().stream()
            .filter(entry -> entry.name().toString().endsWith("/libc.so.6"))
            .findFirst()
            .orElseThrow();
    String page = show(NOT_FOUND, image, "--page", Long.toHexString(first.start()));
    assertTrue(page.contains("content   not in the image: the file has it, at offset 0"), page);
  }
}
