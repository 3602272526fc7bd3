package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Images that cannot be restored, or not here, by the real command: one line says why, with its
 * code and exit code, and nothing of a task is left. The good image can be restored all the same.
 */
@Tag("live")
class WrongImageLiveTest {
  private static final int ITS_CODE = 42;
  private static final int FAILED = 1;
  private static final int REFUSED = 3;
  private static final int FOREGROUND_FAILED = 125;
  private static final int FOREGROUND_REFUSED = 126;
  private static final int PREAMBLE_BYTES = 16;
  private static final int SUMMED_BYTES = 12;

  @TempDir Path folder;
  private LiveProgram task;
  private Path image;

  /** A program of its own, so that it can be taken away. */
  @BeforeEach
  void dump() throws IOException {
    Path base = LiveProgram.newFolder();
    Path program = base.resolve("program");
    Files.copy(Programs.folder().resolve("exit_code"), program);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR)) {
      int fd = nothing.number();
      task = LiveProgram.start(program, List.of("STATUS"), base, fd, fd);
    }
    task.awaitReady();
    image = task.besides("image");
    task.dump(image, true);
  }

  @AfterEach
  void theGoodImageIsAsGoodAsEver() throws IOException {
    try (LiveProgram over = task) {
      assertFalse(Signals.exists(over.pid()), "a task is left");
      over.restore(image, false);
      over.finish(ITS_CODE);
    }
  }

  private CkptOutcome restore(Path from, String... options) throws IOException {
    return restore(List.of(), from, options);
  }

  private CkptOutcome restore(List<String> before, Path from, String... options)
      throws IOException {
    String[] words =
        Stream.concat(Stream.of("restore", from.toString()), Stream.of(options))
            .toArray(String[]::new);
    return CkptOutcome.of(folder, before, words);
  }

  private Path wrong(byte[] content) throws IOException {
    Path file = Files.write(folder.resolve("wrong"), content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  /** In the foreground, and with the exit codes of every other command. */
  private void expectNoImage(Path from, String why) throws IOException {
    restore(from).expectFailure(FOREGROUND_FAILED, "IMAGE_CORRUPT", from + " is no image", why);
    restore(from, "--detach").expectFailure(FAILED, "IMAGE_CORRUPT", why);
  }

  @Test
  void oneThatIsNotThere() throws IOException {
    restore(folder.resolve("none"))
        .expectFailure(FOREGROUND_FAILED, "NO_SUCH_FILE", folder + "/none");
  }

  @Test
  void aFolder() throws IOException {
    restore(folder)
        .expectFailure(FOREGROUND_REFUSED, "IMAGE_IS_FOLDER", "image " + folder, "name a file");
    restore(folder, "--detach").expectFailure(REFUSED, "IMAGE_IS_FOLDER", "name a file in it");
  }

  @Test
  void anEmptyFile() throws IOException {
    expectNoImage(wrong(new byte[0]), "expected 16 more bytes");
  }

  @Test
  void anotherFile() throws IOException {
    expectNoImage(wrong("#!/bin/sh\necho this is no image\n".getBytes()), "magic of an image");
  }

  /** In the state, among the pages, and without the last byte. */
  @ParameterizedTest
  @ValueSource(ints = {20, 2, 1})
  void oneThatIsCut(int divisor) throws IOException {
    byte[] bytes = Files.readAllBytes(image);
    Path cut = wrong(Arrays.copyOf(bytes, bytes.length / divisor - 1));
    restore(cut)
        .expectFailure(
            FOREGROUND_FAILED, "IMAGE_CORRUPT", "more bytes, found the end of the stream");
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 2})
  void oneWithAFlippedBit(int divisor) throws IOException {
    byte[] bytes = Files.readAllBytes(image);
    bytes[bytes.length / divisor] ^= 1;
    Path flipped = wrong(bytes);
    restore(flipped).expectFailure(FOREGROUND_FAILED, "IMAGE_CORRUPT", "image offset", "CRC32C");
    for (String command : new String[] {"verify", "show"}) {
      CkptOutcome.of(folder, List.of(), command, flipped.toString())
          .expectFailure(FAILED, "IMAGE_CORRUPT", "image offset", "CRC32C");
    }
  }

  @Test
  void oneOfANewerVersion() throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(image)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(8, 1000);
    CRC32C sum = new CRC32C();
    sum.update(bytes.array(), 0, SUMMED_BYTES);
    bytes.putInt(SUMMED_BYTES, (int) sum.getValue());
    assertEquals(PREAMBLE_BYTES, SUMMED_BYTES + Integer.BYTES);
    Path newer = wrong(bytes.array());
    restore(newer).expectFailure(FOREGROUND_FAILED, "IMAGE_VERSION", "1000");
    CkptOutcome.of(folder, List.of(), "show", newer.toString())
        .expectFailure(FAILED, "IMAGE_VERSION", "1000");
  }

  @Test
  void oneOfAnotherArchitecture() throws IOException {
    Path other = ChangedImage.of(image, folder.resolve("other"), WrongImageLiveTest::onRiscv);
    restore(other, "--trust-image")
        .expectFailure(FOREGROUND_REFUSED, "ARCH_DIFFERS", "243", "restore it on");
    assertEquals(0, CkptOutcome.of(folder, List.of(), "show", other.toString()).code());
  }

  private static ImageRecord onRiscv(ImageRecord content) {
    if (!(content instanceof Header)) {
      return content;
    }
    Header header = (Header) content;
    return new Header(
        243, // EM_RISCV
        header.pageSize(),
        header.kernelRelease(),
        header.bootId(),
        header.monotonicNanos(),
        header.boottimeNanos(),
        header.realtimeNanos(),
        header.uuid(),
        header.parentUuid(),
        header.producer(),
        header.hostname());
  }

  @Test
  void oneThatOthersMayHaveWritten() throws IOException {
    Path other = wrong(Files.readAllBytes(image));
    Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rw--w----"));
    restore(other)
        .expectFailure(
            FOREGROUND_REFUSED, "IMAGE_NOT_TRUSTED", "image " + other, "chmod", "--trust-image");
    assumeTrue(Tasks.effectiveUser() == 0, "only root can give files away");
    Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rw-------"));
    Files.setAttribute(other, "unix:uid", 65534);
    restore(other, "--detach")
        .expectFailure(REFUSED, "IMAGE_NOT_TRUSTED", "belongs to user 65534", "--trust-image");
  }

  private static List<String> without(String capabilities) throws IOException {
    assumeTrue(Tasks.effectiveUser() == 0, "only root can give up rights");
    return List.of(Programs.needed("setpriv").toString(), "--bounding-set=" + capabilities);
  }

  @Test
  void oneThatWeMayNotRead() throws IOException {
    Path other = wrong(Files.readAllBytes(image));
    Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("-w-------"));
    restore(without("-dac_override,-dac_read_search"), other)
        .expectFailure(FOREGROUND_FAILED, "ACCESS_DENIED", other.toString());
  }

  /** All that is missing is told at once. */
  @Test
  void rightsThatAreMissing() throws IOException {
    CkptOutcome outcome = restore(without("-checkpoint_restore,-sys_admin"), image, "--detach");
    assertEquals(REFUSED, outcome.code(), outcome.toString());
    for (String code : new String[] {"NO_RIGHT_TO_PIDS", "CREDS_DIFFER"}) {
      assertEquals(
          1,
          outcome.err().lines().filter(line -> line.startsWith("ckpt: " + code + ": ")).count(),
          outcome.toString());
    }
    assertEquals("", outcome.out());
  }

  /** By a process, then by its zombie. */
  @Test
  void aPidThatIsTaken() throws IOException {
    task.restore(image, false);
    restore(image)
        .expectFailure(
            FOREGROUND_REFUSED, "PID_TAKEN", "pid " + task.pid(), "process", "(program)");
    Signals.kill(task.pid(), Signals.SIGKILL);
    Await.until("its death", task::hasEnded, task::describe);
    restore(image, "--detach").expectFailure(REFUSED, "PID_TAKEN", "pid " + task.pid(), "zombie");
    task.awaitGone();
  }

  @ParameterizedTest
  @CsvSource({"FILE_GONE", "FILE_CHANGED"})
  void aFileThatIsNotAsItWas(String code) throws IOException {
    Path program = task.besides("program");
    Path kept = task.besides("kept");
    Files.move(program, kept);
    if (code.equals("FILE_CHANGED")) {
      // Another build: a copy of the same would do.
      Files.copy(Programs.folder().resolve("threads"), program);
    }
    restore(image).expectFailure(FOREGROUND_REFUSED, code, program.toString());
    Files.move(kept, program, StandardCopyOption.REPLACE_EXISTING);
  }
}
