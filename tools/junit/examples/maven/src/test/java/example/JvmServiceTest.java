package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.junit.FrozenHelper;
import dev.ckpt.junit.RunningHelper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A service of one's own: every test gets it with a cache that is full already. */
class JvmServiceTest {
  private static final int ARTICLES = 200;

  @RegisterExtension
  static final FrozenHelper SERVICE =
      FrozenHelper.command(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              // Else it has a file in the folder for temporary ones, which another JVM deletes.
              "-XX:-UsePerfData",
              "-Xmx64m",
              "-cp",
              System.getProperty("java.class.path"),
              PriceService.class.getName(),
              "{port}")
          .warmUp(JvmServiceTest::fillCache)
          .build();

  private static void fillCache(RunningHelper helper) throws IOException {
    for (int i = 0; i < ARTICLES; i++) {
      Http.get(helper.port(), "/price/" + i);
    }
  }

  private static String ask(String path) throws IOException {
    return Http.get(SERVICE.port(), path);
  }

  @RepeatedTest(3)
  void whatIsInTheCacheIsNotComputedAgain() throws IOException {
    ask("/price/7");
    assertEquals("200", ask("/computed"));
  }

  @RepeatedTest(3)
  void whatIsNotInTheCacheIsComputedOnce() throws IOException {
    assertEquals(ask("/price/new"), ask("/price/new"));
    assertEquals("201", ask("/computed"));
  }

  @Test
  void aPriceCanBeSet() throws IOException {
    Http.post(SERVICE.port(), "/price/7", "free");
    assertEquals("free", ask("/price/7"));
    assertEquals("200", ask("/computed"));
  }
}
