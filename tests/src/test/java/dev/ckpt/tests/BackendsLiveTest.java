package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.CpuPin;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.proc.TaskState;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.diff.ExactDiff;
import dev.ckpt.format.diff.ExactDiff.Found;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.rstr.RestartOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/** Whoever reads or fills the pages, the image of a stopped task is the same. */
@Tag("live")
class BackendsLiveTest {
  /** Records in which time goes on although the task is stopped: what is left until something. */
  private static final Set<String> CLOCKS =
      Set.of("ITIMERS", "POSIX_TIMER", "FILE_TIMERFD", "RESTART_BLOCK", "TCP_SOCK");

  /** Where an XSAVE area says which registers are in use, and where some of them are. */
  private static final int XSTATE_BV = 512;

  private static final int XMM = 160;
  private static final int XMM_END = 416;
  private static final int YMM = 576;
  private static final int YMM_END = 832;

  /** Another process, which is not stopped, writes to the memory that it shares. */
  private static final String WRITTEN_BY_ANOTHER = "sysv_shm outside";

  /** The kernel writes into their memory how much of a sleep is left when it is interrupted. */
  private static final Set<String> SLEEP_WITH_REST = Set.of("threads", "nanosleep_long");

  static Stream<Programs.Program> programs() {
    return Programs.of("save").stream()
        .filter(program -> !program.isScript())
        .filter(program -> !ProgramsLiveTest.EMPTY_MESSAGES.contains(program.name()))
        .filter(program -> !program.name().equals(WRITTEN_BY_ANOTHER));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("programs")
  void writeTheSameImage(Programs.Program program) throws IOException {
    try (LiveProgram live = LiveProgram.start(program)) {
      live.awaitReady();
      stop(live);
      Path one = live.besides("vm-readv");
      Path other = live.besides("parasite");
      live.withBackend("vm-readv").dump(one, false);
      live.withBackend("parasite").dump(other, false);
      Signals.kill(live.pid(), Signals.SIGCONT);
      assertEquals(List.of(), differences(one, other));
    }
  }

  static Stream<Programs.Program> programsWithoutRests() {
    return programs().filter(program -> !SLEEP_WITH_REST.contains(program.name()));
  }

  /** And so is the memory of what comes back from it, whoever fills that. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("programsWithoutRests")
  void fillTheSameTask(Programs.Program program) throws IOException {
    try (CpuPin pin = CpuPin.to(0);
        LiveProgram live = LiveProgram.start(program)) {
      assertTrue(pin.isThere(), "the new task is born on the CPU where it stays");
      live.awaitReady();
      stop(live);
      Path image = live.besides("image");
      Path one = live.besides("vm-readv");
      Path other = live.besides("parasite");
      live.dump(image, true);
      live.restore(image, RestartOptions.of().withBackend("vm-readv"));
      live.dump(one, true);
      live.restore(image, RestartOptions.of().withBackend("parasite"));
      live.dump(other, false);
      // What else differs are numbers that the kernel gives: of inodes, the time of birth.
      List<Found> pages =
          differences(one, other).stream()
              .filter(found -> found.a().contains("page") || found.a().startsWith("VMA"))
              .filter(found -> !isOfNameOnly(found))
              .toList();
      assertEquals(List.of(), pages);
    }
  }

  /**
   * A file that has no name any more is made under one of the moment, which maps goes on to show.
   */
  private static boolean isOfNameOnly(Found found) {
    return !found.fields().isEmpty()
        && found.fields().stream().allMatch(field -> field.name().equals("name"));
  }

  /** Those that fill the pages otherwise than all other tests. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("programs")
  void fillATaskThatGoesOn(Programs.Program program) throws IOException {
    try (LiveProgram live = LiveProgram.start(program)) {
      live.awaitReady();
      Path image = live.besides("image");
      live.dump(image, true);
      live.restore(image, RestartOptions.of().withBackend("parasite"));
      live.finish(program.exitStatus());
    }
  }

  /** On one CPU: the kernel tells a thread on which it runs, in memory that is in the image. */
  private static void stop(LiveProgram live) throws IOException {
    Signals.kill(live.pid(), Signals.SIGSTOP);
    Await.until(
        "the stop",
        () -> ProcFs.of(live.pid()).stat().state() == TaskState.STOPPED,
        live::describe);
    Process pin =
        new ProcessBuilder("taskset", "-acp", "0", Integer.toString(live.pid()))
            .redirectErrorStream(true)
            .start();
    String said = new String(pin.getInputStream().readAllBytes(), UTF_8);
    if (said.contains("failed")) {
      throw new TestAbortedException(said);
    }
  }

  /**
   * Whether the registers are the same, whatever a CPU notes of those that are zero: it may have
   * forgotten in between that they were in use.
   */
  private static boolean areRegistersTheSame(Path one, Path other) throws IOException {
    return registers(one).equals(registers(other));
  }

  private static List<CpuX86_64> registers(Path image) throws IOException {
    try (FileChannel channel = FileChannel.open(image);
        ImageReader reader = new ImageReader(channel)) {
      return ImageState.read(reader).all(CpuX86_64.class).stream()
          .map(cpu -> CpuX86_64.of(cpu.tid(), cpu.regs(), inUse(cpu.xsave()), cpu.xfeatures()))
          .toList();
    }
  }

  private static ByteString inUse(ByteString xsave) {
    byte[] area = xsave.toByteArray();
    area[XSTATE_BV] |= (byte) (isZero(area, XMM, XMM_END) ? 1 << 1 : 0);
    area[XSTATE_BV] |= (byte) (isZero(area, YMM, YMM_END) ? 1 << 2 : 0);
    return ByteString.of(area);
  }

  private static boolean isZero(byte[] area, int from, int to) {
    return to <= area.length && Arrays.equals(area, from, to, new byte[to - from], 0, to - from);
  }

  private static List<Found> differences(Path one, Path other) throws IOException {
    boolean registers = areRegistersTheSame(one, other);
    try (FileChannel a = FileChannel.open(one);
        FileChannel b = FileChannel.open(other);
        ImageReader readerA = new ImageReader(a);
        ImageReader readerB = new ImageReader(b)) {
      ExactDiff diff = ExactDiff.compare("vm-readv", readerA, "parasite", readerB);
      return diff.found().stream()
          .filter(found -> CLOCKS.stream().noneMatch(found.a()::startsWith))
          .filter(found -> !registers || !found.a().startsWith("CPU_X86_64"))
          .toList();
    }
  }
}
