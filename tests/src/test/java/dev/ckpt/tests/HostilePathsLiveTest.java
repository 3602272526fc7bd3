package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.error.Code;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileChrdev;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Task;
import dev.ckpt.rstr.Restart;
import dev.ckpt.rstr.RestartOptions;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an image says of paths leads to no file being made, cut or written that the task did not
 * have open: whether the image was changed, or somebody put something else in a file's place.
 */
@Tag("live")
class HostilePathsLiveTest {
  private static final int ITS_CODE = 42;
  private static final int NEW_FILE = 0600;
  private static final String CONTENT = "before\n";
  private static final String SECRET = "somebody else's\n";

  private LiveProgram task;
  private Path log;
  private Path other;
  private Path image;

  /** A task whose standard output is a file that it has open for writing. */
  @BeforeEach
  void dump() throws IOException {
    Path base = LiveProgram.newFolder();
    log = base.resolve("log");
    other = Files.writeString(base.resolve("other"), SECRET);
    Files.writeString(log, CONTENT);
    Path file = Programs.folder().resolve("exit_code");
    int flags = Fcntl.O_WRONLY | Fcntl.O_APPEND;
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR);
        Fd out = Fd.open(log.toString().getBytes(UTF_8), flags, NEW_FILE)) {
      List<String> words = List.of("STATUS", "save");
      task = LiveProgram.start(file, words, base, nothing.number(), out.number());
    }
    task.awaitReady();
    image = task.besides("image");
    task.dump(image, true);
  }

  @AfterEach
  void end() throws IOException {
    if (task != null) {
      task.close();
    }
  }

  private Path changed(UnaryOperator<ImageRecord> change) throws IOException {
    return ChangedImage.of(image, task.besides("changed"), change);
  }

  private static RestartedTask restore(Path from) throws IOException {
    try (FileChannel channel = FileChannel.open(from)) {
      return Restart.restore(RestartOptions.of().withDetach(true), channel);
    }
  }

  private void restoresAndRuns(Path from) throws IOException {
    restore(from);
    task.go();
    task.awaitGone();
    task.expectOk();
  }

  private static void refuses(Path from, Code code, String part) {
    UnsupportedStateException e =
        assertThrows(UnsupportedStateException.class, () -> restore(from).pid());
    assertEquals(code, e.code(), e.getMessage());
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  private static FileRegular withFlags(FileRegular file, int more) {
    return new FileRegular(file.file(), file.flags() | more, file.pos());
  }

  @ParameterizedTest
  @ValueSource(ints = {Fcntl.O_TRUNC, Fcntl.O_CREAT, Fcntl.O_EXCL})
  void makesAndCutsNoFile(int flag) throws IOException {
    Path from = changed(each -> each instanceof FileRegular f ? withFlags(f, flag) : each);
    assertThrows(CorruptImageException.class, () -> restore(from).pid());
    assertEquals(CONTENT, Files.readString(log));
    Files.delete(log);
    assertThrows(CorruptImageException.class, () -> restore(from).pid());
    assertFalse(Files.exists(log));
  }

  /** As somebody could do who may write to the folder. */
  @Test
  void writesThroughNoLinkThatTookAFilesPlace() throws IOException {
    Files.delete(log);
    Files.createSymbolicLink(log, other);
    refuses(image, RefusalCode.FILE_CHANGED, "symbolic link");
    assertEquals(SECRET, Files.readString(other));
  }

  @Test
  void opensNoFileInThePlaceOfADevice() throws IOException {
    ByteString path = ByteString.of(other.toString());
    Path from =
        changed(
            each ->
                each instanceof FileChrdev device
                    ? new FileChrdev(path, device.rdevMajor(), device.rdevMinor(), Fcntl.O_RDWR, 0)
                    : each);
    refuses(from, RefusalCode.FILE_CHANGED, "other");
    assertEquals(SECRET, Files.readString(other));
  }

  @Test
  void joinsNoControlGroupOutsideOfTheHierarchy() throws IOException {
    boolean unified =
        Files.readAllLines(Path.of("/proc/self/mounts")).stream()
            .anyMatch(line -> line.split(" ")[2].equals("cgroup2"));
    assumeTrue(unified, "no cgroup2 is mounted here");
    Path procs = Files.writeString(task.besides("cgroup.procs"), "");
    String path = "0::/" + "../".repeat(9) + procs.getParent().toString().substring(1) + "\n";
    restoresAndRuns(
        changed(each -> each instanceof Task t ? with(t, "cgroup", ByteString.of(path)) : each));
    assertEquals("", Files.readString(procs));
  }

  /** A record with another value in one field. */
  private static ImageRecord with(ImageRecord record, String field, Object value) {
    try {
      RecordComponent[] fields = record.getClass().getRecordComponents();
      Object[] values = new Object[fields.length];
      for (int i = 0; i < fields.length; i++) {
        boolean other = fields[i].getName().equals(field);
        values[i] = other ? value : fields[i].getAccessor().invoke(record);
      }
      Class<?>[] types =
          Arrays.stream(fields).map(RecordComponent::getType).toArray(Class<?>[]::new);
      return (ImageRecord) record.getClass().getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void restoresWhatWasNotChanged() throws IOException {
    restoresAndRuns(image);
    assertEquals(CONTENT, Files.readString(log));
  }
}
