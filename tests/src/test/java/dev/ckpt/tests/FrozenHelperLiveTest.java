package dev.ckpt.tests;

import static dev.ckpt.tests.HelperClient.ask;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.junit.FrozenHelper;
import dev.ckpt.junit.Helper;
import dev.ckpt.junit.IfImpossible;
import dev.ckpt.junit.Lifetime;
import dev.ckpt.junit.RunningHelper;
import dev.ckpt.junit.WarmUp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JUnit extension, by test classes that a JUnit within this one runs. */
@Tag("live")
class FrozenHelperLiveTest extends InnerJunit {
  static class PerMethod {
    @RegisterExtension static final FrozenHelper HELPER = helper().build();

    @Test
    void one() throws IOException {
      use(HELPER.helper());
    }

    @RepeatedTest(3)
    void repeated() throws IOException {
      use(HELPER.helper());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void parameterized(int number) throws IOException {
      assertTrue(number > 0);
      use(HELPER.helper());
    }

    @Nested
    class Within {
      @Test
      void nested() throws IOException {
        use(HELPER.helper());
        assertEquals(HELPER.port(), HELPER.helper().port());
      }
    }
  }

  @Test
  void everyTestGetsItAsItWasFrozen() throws IOException {
    expectAllGood(run(PerMethod.class), 7);
    assertEquals(1, WARM_UPS.get());
    assertEquals(1, SEEN.stream().map(RunningHelper::pid).distinct().count());
    assertEquals("", errors);
    assertThrows(IllegalStateException.class, PerMethod.HELPER::port);
  }

  static class PerClass {
    @RegisterExtension static final FrozenHelper HELPER = helper().perClass().build();
    private static final AtomicInteger SUM = new AtomicInteger(7);

    @RepeatedTest(3)
    void goesOn() throws IOException {
      SEEN.add(HELPER.helper());
      assertEquals(Integer.toString(SUM.addAndGet(2)), ask(HELPER.port(), "add 2"));
    }
  }

  @Test
  void oneOfAClassGoesOn() throws IOException {
    PerClass.SUM.set(7);
    expectAllGood(run(PerClass.class), 3);
    assertEquals(1, WARM_UPS.get());
  }

  @Execution(ExecutionMode.CONCURRENT)
  static class Parallel {
    @RegisterExtension static final FrozenHelper HELPER = helper().build();
    private static final CyclicBarrier BARRIER = new CyclicBarrier(3);
    private static final ConcurrentLinkedQueue<RunningHelper> ALL = new ConcurrentLinkedQueue<>();

    @Execution(ExecutionMode.CONCURRENT)
    @RepeatedTest(6)
    void atTheSameTime() throws Exception {
      RunningHelper mine = HELPER.helper();
      ALL.add(mine);
      BARRIER.await(60, TimeUnit.SECONDS);
      assertEquals("7", ask(mine.port(), "get"));
      assertEquals("8", ask(mine.port(), "add 1"));
      assertEquals(Long.toString(mine.pid()), ask(mine.port(), "pid"));
      BARRIER.await(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void testsAtTheSameTimeHaveOneEach() throws IOException {
    Parallel.ALL.clear();
    expectAllGood(
        run(
            Parallel.class,
            "junit.jupiter.execution.parallel.enabled",
            "true",
            "junit.jupiter.execution.parallel.config.strategy",
            "fixed",
            "junit.jupiter.execution.parallel.config.fixed.parallelism",
            "3"),
        6);
    assertEquals(3, WARM_UPS.get());
    assertEquals(3, Parallel.ALL.stream().map(RunningHelper::port).distinct().count());
  }

  static class Reusing {
    @RegisterExtension static final FrozenHelper HELPER = helper().reuse("seven").build();

    @RepeatedTest(2)
    void test() throws IOException {
      use(HELPER.helper());
    }
  }

  /** The second run starts and warms up nothing; after a change of the program the third does. */
  @Test
  void anImageIsKeptForTheNextRun(@TempDir Path images) throws IOException {
    System.setProperty("ckpt.reuse.folder", images.toString());
    try {
      expectAllGood(run(Reusing.class), 2);
      expectAllGood(run(Reusing.class), 2);
      assertEquals(1, WARM_UPS.get());
      assertEquals(1, SEEN.stream().map(RunningHelper::pid).distinct().count());
      assertEquals(1, nrFiles(images));

      Path program = Path.of(helperProgram());
      FileTime old = Files.getLastModifiedTime(program);
      Files.setLastModifiedTime(program, FileTime.fromMillis(old.toMillis() - 5000));
      try {
        expectAllGood(run(Reusing.class), 2);
      } finally {
        Files.setLastModifiedTime(program, old);
      }
      assertEquals(2, WARM_UPS.get());
      assertEquals(1, nrFiles(images));
      assertEquals("", errors);

      try (Stream<Path> kept = Files.list(images)) {
        Path image = kept.findFirst().orElseThrow().resolve("image.ckpt");
        Files.write(image, new byte[100]);
      }
      Files.setLastModifiedTime(program, FileTime.fromMillis(old.toMillis() - 5000));
      try {
        expectAllGood(run(Reusing.class), 2);
      } finally {
        Files.setLastModifiedTime(program, old);
      }
      assertEquals(3, WARM_UPS.get());
      assertTrue(errors.contains(" does not come back: image offset 0: "), errors);
    } finally {
      System.clearProperty("ckpt.reuse.folder");
    }
  }

  /** Both have one command and a lambda of one class. */
  static class TwoReused {
    @RegisterExtension
    static final FrozenHelper ONE =
        helper().warmUp(helper -> ask(helper.port(), "add 1")).reuse("one").build();

    @RegisterExtension
    static final FrozenHelper TWO =
        helper().warmUp(helper -> ask(helper.port(), "add 2")).reuse("two").build();

    @RepeatedTest(2)
    void eachHasItsOwn() throws IOException {
      assertEquals("8", ask(ONE.port(), "get"));
      assertEquals("9", ask(TWO.port(), "get"));
    }
  }

  @Test
  void helpersOfOneClassKeepTheirOwnImages(@TempDir Path images) throws IOException {
    System.setProperty("ckpt.reuse.folder", images.toString());
    try {
      expectAllGood(run(TwoReused.class), 2);
      expectAllGood(run(Reusing.class), 2);
      expectAllGood(run(TwoReused.class), 2);
    } finally {
      System.clearProperty("ckpt.reuse.folder");
    }
    // Nobody has deleted the images of another one.
    assertEquals(3, WARM_UPS.get());
    assertEquals(3, nrFiles(images));
  }

  private static long nrFiles(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.count();
    }
  }

  /** What annotations name. */
  public static final class WritesFile implements WarmUp {
    @Override
    public void warmUp(RunningHelper helper) throws IOException {
      WARM_UPS.incrementAndGet();
      Files.writeString(helper.folder().resolve("file"), helper.output());
    }
  }

  static class Annotated {
    @Helper(
        command = {"sh", "-c", "echo $WORD; exec sleep 1000"},
        environment = "WORD=up",
        readyOutput = "^up$",
        warmUp = WritesFile.class)
    RunningHelper field;

    @RepeatedTest(2)
    void inAField() throws IOException {
      SEEN.add(field);
      Path file = field.folder().resolve("file");
      assertEquals("up\n", Files.readString(file));
      Files.writeString(file, "changed");
      assertTrue(field.isAlive());
    }

    @Test
    void inAParameter(
        @Helper(
                command = {"sh", "-c", "echo up; exec sleep 1000"},
                readyOutput = "^up$")
            RunningHelper sleeper)
        throws IOException {
      SEEN.add(sleeper);
      assertNotEquals(field.pid(), sleeper.pid());
      assertEquals(0, sleeper.port());
      assertEquals("up\n", sleeper.output());
      assertEquals("", sleeper.newOutput());
    }

    @Test
    void readyByAFile(
        @Helper(
                command = {"sh", "-c", "touch {folder}/up; exec sleep 1000"},
                readyFile = "up",
                lifetime = Lifetime.PER_CLASS,
                ifImpossible = IfImpossible.FAIL)
            RunningHelper sleeper)
        throws IOException {
      SEEN.add(sleeper);
      assertTrue(sleeper.isAlive());
    }
  }

  @Test
  void annotationsSayTheSame() throws IOException {
    expectAllGood(run(Annotated.class), 4);
    assertEquals(1, WARM_UPS.get());
  }

  static class Misplaced {
    @Helper(command = "true")
    String text;

    @Test
    void neverRuns() {}
  }

  static class TooEarly {
    @BeforeAll
    static void early(@Helper(command = "true") RunningHelper helper) {}

    @Test
    void neverRuns() {}
  }

  @Test
  void whatIsMisplacedIsSaid() throws IOException {
    assertTrue(failureOf(run(Misplaced.class)).contains("it must be a RunningHelper"));
    String early = failure(run(TooEarly.class).containerEvents().failed().list().get(0));
    assertTrue(early.contains("here is no test yet"), early);
  }
}
