package dev.ckpt.core.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.NewerFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFileOutputTest {
  /** How the file is kept out of sight until it is whole. */
  enum Way {
    /** O_TMPFILE. */
    NAMELESS,
    /** A hidden name, where the file system has no nameless files. */
    HIDDEN;

    ImageFileOutput create(Path image, boolean force) throws Exception {
      if (this == HIDDEN) {
        System.setProperty(WITHOUT, NewerFeature.O_TMPFILE.name());
      }
      try {
        return ImageFileOutput.create(image, force);
      } finally {
        System.clearProperty(WITHOUT);
      }
    }
  }

  private static final String WITHOUT = "ckpt.kernel.without";

  @TempDir private Path folder;
  private Path image;

  @BeforeEach
  void name() {
    image = folder.resolve("image.ckpt");
  }

  private static void write(ImageOutput output, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    while (buffer.hasRemaining()) {
      output.channel().write(buffer);
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static String codeOf(Path path, boolean force) {
    return assertThrows(
            UnsupportedStateException.class, () -> ImageFileOutput.create(path, force).close())
        .code()
        .name();
  }

  private static String codeOf(ImageOutput output) {
    return assertThrows(UnsupportedStateException.class, output::publish).code().name();
  }

  @ParameterizedTest
  @EnumSource
  void publishesWhatWasWritten(Way way) throws Exception {
    for (boolean force : new boolean[] {false, true}) {
      Files.deleteIfExists(image);
      try (ImageFileOutput output = way.create(image, force)) {
        write(output, "content");
        output.sync();
        assertFalse(Files.exists(image), "nobody sees it before it is whole");
        output.publish();
        assertEquals("content", Files.readString(image));
      }
      assertEquals(List.of("image.ckpt"), names());
      assertEquals("content", Files.readString(image));
      assertEquals(
          "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(image)));
      assertEquals(1, Files.getAttribute(image, "unix:nlink"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void leavesNothingWhenItIsNotPublished(Way way) throws Exception {
    for (boolean force : new boolean[] {false, true}) {
      try (ImageFileOutput output = way.create(image, force)) {
        write(output, "half of it");
      }
      assertEquals(List.of(), names());
    }
  }

  @ParameterizedTest
  @EnumSource
  void canBeClosedTwice(Way way) throws Exception {
    ImageFileOutput output = way.create(image, false);
    List<String> parts = names();
    assertEquals(way == Way.HIDDEN ? 1 : 0, parts.size(), parts.toString());
    output.close();
    assertEquals(List.of(), names());
    for (String part : parts) {
      Files.writeString(folder.resolve(part), "somebody else's by now");
    }
    output.close();
    assertEquals(parts, names());
  }

  /** With force a rename would take its place. */
  @Test
  void refusesToReplaceWhatIsNoFile() {
    for (boolean force : new boolean[] {false, true}) {
      assertEquals("IMAGE_NOT_FILE", codeOf(Path.of("/dev/null"), force));
      assertEquals("IMAGE_IS_FOLDER", codeOf(folder, force));
    }
  }

  @Test
  void refusesAFolderThatTakesNoFile() {
    for (boolean force : new boolean[] {false, true}) {
      assertEquals("IMAGE_NOT_WRITABLE", codeOf(Path.of("/proc/image"), force));
    }
  }

  @Test
  void refusesToOverwriteAtOnce() throws Exception {
    Files.writeString(image, "old");
    assertEquals("IMAGE_EXISTS", codeOf(image, false));
    Files.delete(image);
    Files.createSymbolicLink(image, Path.of("nowhere"));
    assertEquals("IMAGE_EXISTS", codeOf(image, false), "a link into nothing is a name too");
  }

  @ParameterizedTest
  @EnumSource
  void refusesToOverwriteWhatCameMeanwhile(Way way) throws Exception {
    try (ImageFileOutput output = way.create(image, false)) {
      write(output, "new");
      Files.writeString(image, "faster");
      assertEquals("IMAGE_EXISTS", codeOf(output));
    }
    assertEquals("faster", Files.readString(image));
    assertEquals(List.of("image.ckpt"), names());
  }

  @ParameterizedTest
  @EnumSource
  void forceReplacesOnlyWhenItIsWhole(Way way) throws Exception {
    Files.writeString(image, "old");
    try (ImageFileOutput output = way.create(image, true)) {
      write(output, "half of it");
    }
    assertEquals("old", Files.readString(image));
    try (ImageFileOutput output = way.create(image, true)) {
      write(output, "new");
      assertEquals("old", Files.readString(image));
      output.publish();
    }
    assertEquals("new", Files.readString(image));
    assertEquals(List.of("image.ckpt"), names());
  }

  @ParameterizedTest
  @EnumSource
  void leavesNothingWhenTheNameBecameAFolder(Way way) throws Exception {
    try (ImageFileOutput output = way.create(image, true)) {
      write(output, "new");
      Files.createDirectory(image);
      assertEquals("IMAGE_IS_FOLDER", codeOf(output));
    }
    assertEquals(List.of("image.ckpt"), names());
    assertTrue(Files.isDirectory(image));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void refusesAFolder(boolean force) {
    assertEquals("IMAGE_IS_FOLDER", codeOf(folder, force));
    assertEquals("IMAGE_IS_FOLDER", codeOf(Path.of("/"), force));
    assertEquals("IMAGE_IS_FOLDER", codeOf(Path.of(""), force));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void refusesAFolderThatIsNotThere(boolean force) throws Exception {
    assertEquals("IMAGE_NO_FOLDER", codeOf(folder.resolve("no/image"), force));
    Files.writeString(folder.resolve("file"), "");
    assertEquals("IMAGE_NO_FOLDER", codeOf(folder.resolve("file/image"), force));
  }

  /** What a killed dump left is somebody else's: neither in the way nor touched. */
  @Test
  void aLeftOverDoesNotStandInTheWay() throws Exception {
    Path leftOver = folder.resolve(".ckpt-part-of-another");
    Files.writeString(leftOver, "left over");
    try (ImageFileOutput output = ImageFileOutput.create(image, true)) {
      write(output, "new");
      output.publish();
    }
    assertEquals("new", Files.readString(image));
    assertEquals("left over", Files.readString(leftOver));
    assertEquals(List.of(".ckpt-part-of-another", "image.ckpt"), names());
  }

  /** Only what is known from the start may be refused: at the end of a dump it is too late. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void takesTheLongestName(boolean force) throws Exception {
    Path longest = folder.resolve("i".repeat(255));
    try (ImageFileOutput output = ImageFileOutput.create(longest, force)) {
      write(output, "new");
      output.publish();
    }
    assertEquals("new", Files.readString(longest));
  }

  @ParameterizedTest
  @EnumSource
  void noticesThatTheFolderIsGone(Way way) throws Exception {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    try (ImageFileOutput output = way.create(inner.resolve("image"), false)) {
      write(output, "new");
      for (String part : List.of(inner.toFile().list())) {
        Files.delete(inner.resolve(part));
      }
      Files.delete(inner);
      assertEquals("IMAGE_NO_FOLDER", codeOf(output));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void refusesANameThatCannotBeGiven(boolean force) throws Exception {
    assertEquals("IMAGE_NOT_WRITABLE", codeOf(folder.resolve("i".repeat(256)), force));
    assertEquals("IMAGE_NOT_WRITABLE", codeOf(Path.of("/" + "long/".repeat(1000)), force));
    Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));
    assertEquals("IMAGE_NOT_WRITABLE", codeOf(folder.resolve("loop/image"), force));
  }

  @Test
  void ofTwoAtOnceOneWins() throws Exception {
    try (ImageFileOutput one = ImageFileOutput.create(image, false);
        ImageFileOutput two = ImageFileOutput.create(image, false)) {
      write(one, "one");
      write(two, "two");
      two.publish();
      assertEquals("IMAGE_EXISTS", codeOf(one));
    }
    assertEquals("two", Files.readString(image));
    assertEquals(List.of("image.ckpt"), names());
  }

  /** Two dumps of one service, say, into one name: each may win, none may fail. */
  @Test
  void twoThatMayOverwriteBothSucceed() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    CyclicBarrier barrier = new CyclicBarrier(2);
    try {
      for (int i = 0; i < 200; i++) {
        Callable<Void> publish =
            () -> {
              try (ImageFileOutput output = ImageFileOutput.create(image, true)) {
                write(output, "whole");
                barrier.await();
                output.publish();
              }
              return null;
            };
        for (Future<Void> done : threads.invokeAll(List.of(publish, publish))) {
          done.get();
        }
        assertEquals("whole", Files.readString(image));
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(List.of("image.ckpt"), names());
  }
}
