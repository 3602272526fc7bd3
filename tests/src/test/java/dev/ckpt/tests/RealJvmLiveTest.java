package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A JVM with default options is ended in the middle of its work, and comes back. */
@Tag("live")
class RealJvmLiveTest {
  private static final int SOME_LINES = 50;

  @Test
  void goesOnWhereItWas() throws IOException {
    try (LiveProgram jvm = start()) {
      awaitLines(jvm, SOME_LINES);
      Path image = jvm.besides("image");
      jvm.dump(CheckpointOptions.of(jvm.pid()).withStop(true), image);
      long before = lines(jvm).size();
      startAnotherJvm();
      assertTrue(Files.notExists(perfData(jvm)), "the next JVM removes what dead ones left");
      jvm.restore(image, false);
      assertTrue(Files.exists(perfData(jvm)), "its performance data is back");
      awaitLines(jvm, before + SOME_LINES);
      Path second = jvm.besides("second");
      jvm.dump(second, true);
      before = lines(jvm).size();
      jvm.restore(second, false);
      awaitLines(jvm, before + SOME_LINES);
      expectEnd(jvm);
    }
  }

  /** Its many threads look at the clock all the time, by code that the JIT compiler made. */
  @Test
  void goesOnOnAnotherKernel() throws IOException {
    try (LiveProgram jvm = start()) {
      awaitLines(jvm, SOME_LINES);
      Path image = jvm.besides("image");
      jvm.dump(CheckpointOptions.of(jvm.pid()).withStop(true), image);
      long before = lines(jvm).size();
      jvm.restore(
          ChangedVdso.of(image, jvm.besides("changed"), ChangedVdso.ofAnotherBuild(1)), false);
      awaitLines(jvm, before + SOME_LINES);
      expectEnd(jvm);
    }
  }

  private static LiveProgram start() throws IOException {
    Path base = LiveProgram.newFolder();
    Path output = Files.createFile(base.resolve("output"));
    try (Fd in = Fd.open("/dev/null", Fcntl.O_RDONLY);
        Fd out = Fd.open(output.toString(), Fcntl.O_RDWR | Fcntl.O_APPEND)) {
      return LiveProgram.start(
          java(),
          List.of(
              "-cp",
              System.getProperty("java.class.path"),
              PoolPrinter.class.getName(),
              base.resolve("stop").toString()),
          base,
          in.number(),
          out.number());
    }
  }

  private static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /** What a JVM does first: remove the performance data of those that are dead. */
  private static void startAnotherJvm() throws IOException {
    Process process =
        new ProcessBuilder(java().toString(), "-version")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertEquals(0, process.waitFor());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static Path perfData(LiveProgram jvm) {
    return Path.of("/tmp/hsperfdata_" + System.getProperty("user.name"), "" + jvm.pid());
  }

  private static List<String> lines(LiveProgram jvm) throws IOException {
    String text = Files.readString(jvm.besides("output"));
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }

  private static void awaitLines(LiveProgram jvm, long nr) throws IOException {
    Await.until(nr + " lines", () -> lines(jvm).size() >= nr || jvm.hasEnded(), jvm::describe);
    assertTrue(!jvm.hasEnded(), () -> "it has ended: " + jvm.describe());
  }

  private static void expectEnd(LiveProgram jvm) throws IOException {
    Files.createFile(jvm.besides("stop"));
    assertEquals(0, jvm.awaitExit());
    List<String> lines = lines(jvm);
    int last = lines.size() - 1;
    assertEquals(PoolPrinter.DONE, lines.get(last));
    assertEquals(
        IntStream.range(0, last).mapToObj(Integer::toString).toList(), lines.subList(0, last));
    assertTrue(Files.notExists(perfData(jvm)), "it removes its performance data");
  }
}
