package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.junit.FrozenHelper;
import dev.ckpt.junit.RunningHelper;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A database with fixtures: every test finds them whole, whatever those before it did. */
class RedisTest {
  private static final int KEYS = 10_000;

  @RegisterExtension
  static final FrozenHelper REDIS =
      FrozenHelper.command("redis-server", "--port", "{port}", "--save", "")
          .warmUp(RedisTest::setKeys)
          .build();

  private Redis redis;

  @BeforeAll
  static void needsRedis() {
    Programs.assumeOnPath("redis-server");
  }

  /** Once, before the first test. */
  private static void setKeys(RunningHelper helper) throws IOException {
    try (Redis redis = new Redis(helper.port())) {
      for (int i = 0; i < KEYS; i++) {
        assertEquals("OK", redis.ask("SET key" + i + " value" + i));
      }
    }
  }

  @BeforeEach
  void connect() throws IOException {
    redis = new Redis(REDIS.port());
    assertEquals("10000", redis.ask("DBSIZE"));
  }

  @AfterEach
  void disconnect() throws IOException {
    redis.close();
  }

  @Test
  void allKeysCanBeDeleted() throws IOException {
    assertEquals("OK", redis.ask("FLUSHALL"));
    assertEquals("0", redis.ask("DBSIZE"));
  }

  @Test
  void aKeyCanBeDeleted() throws IOException {
    assertEquals("1", redis.ask("DEL key7"));
    assertEquals("-1", redis.ask("GET key7"));
  }

  @RepeatedTest(5)
  void aKeyCanBeChanged() throws IOException {
    assertEquals("value7", redis.ask("GET key7"));
    assertEquals("12", redis.ask("APPEND key7 +more!"));
    assertEquals("value7+more!", redis.ask("GET key7"));
  }
}
