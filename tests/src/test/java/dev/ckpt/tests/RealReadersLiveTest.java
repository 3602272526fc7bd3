package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Programs that know nothing of us wait for their next line from a named pipe, and go on with it
 * after the restore.
 *
 * <p>NB: each has both ends of its pipe. So whoever writes a line need not stay, and must not: a
 * pipe that another process has open is no state of the program alone.
 */
@Tag("live")
class RealReadersLiveTest {
  private static final int EXIT_STATUS = 7;
  private static final int ROWS = 5000;

  /** So few that most of what a transaction writes is in the file before its end. */
  private static final int PAGES_IN_MEMORY = 10;

  static Stream<Arguments> shells() {
    return Stream.of("dash", "bash")
        .flatMap(
            shell -> Stream.of(Scenario.values()).map(scenario -> Arguments.of(shell, scenario)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("shells")
  void shellGoesOnWithTheLineItGets(String shell, Scenario scenario) throws IOException {
    String script =
        "n=0; while read -r line; do n=$((n + 1)); echo $n $line; [ $n -lt 3 ] || exit ";
    try (LiveProgram live = start(shell, "-c", script + EXIT_STATUS + "; done")) {
      feed(live, "first\nsec");
      awaitSaid(live, "1 first\n");
      Await.reading(live.pid());
      live.withWork(() -> feed(live, "ond\nthird\n"))
          .withVerdict(() -> assertEquals("1 first\n2 second\n3 third\n", said(live)));
      scenario.run(live, EXIT_STATUS);
    }
  }

  /** Its locks are back too, or else the one that looks would undo the half of the transaction. */
  @ParameterizedTest
  @EnumSource
  void sqliteCommitsWhatItHadBegun(Scenario scenario) throws IOException {
    Programs.needed("sqlite3");
    Path base = LiveProgram.newFolder();
    Path database = base.resolve("own/database");
    try (LiveProgram live = start(base, "sqlite3", "-batch", "-bail", database.toString())) {
      feed(live, "PRAGMA cache_size = " + PAGES_IN_MEMORY + ";\n");
      feed(live, "CREATE TABLE t(n INTEGER PRIMARY KEY, text TEXT);\n");
      feed(live, "INSERT INTO t VALUES (0, 'before'); BEGIN;\n");
      feed(
          live, "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000)\n");
      feed(live, "INSERT INTO t SELECT n, hex(randomblob(50)) FROM c;\n");
      feed(live, "SELECT 'rows', count(*) FROM t;\n");
      awaitSaid(live, "rows|" + (ROWS + 1) + "\n");
      Await.reading(live.pid());
      assertTrue(Files.exists(live.folder().resolve("database-journal")), "no transaction");
      live.withWork(() -> commit(live, database))
          .withVerdict(() -> expectCommitted(live, database));
      scenario.run(live, 0);
    }
  }

  private static void commit(LiveProgram live, Path database) throws IOException {
    assertTrue(sqlite(live, database, "SELECT 1 FROM t").contains("database is locked"));
    feed(live, "INSERT INTO t VALUES (-1, 'after'); COMMIT;\n.quit\n");
  }

  private static void expectCommitted(LiveProgram live, Path database) throws IOException {
    assertFalse(Files.exists(live.folder().resolve("database-journal")), "a transaction is left");
    String check = "PRAGMA integrity_check; SELECT count(*), min(n), max(n) FROM t;";
    assertEquals("ok\n" + (ROWS + 2) + "|-1|" + ROWS + "\n", sqlite(live, database, check));
    String lengths = "SELECT count(*) FROM t WHERE n > 0 AND length(text) = 100";
    assertEquals(ROWS + "\n", sqlite(live, database, lengths));
  }

  /** What another process finds in the database. */
  private static String sqlite(LiveProgram live, Path database, String sql) throws IOException {
    Path answer = live.besides("answer");
    Process process =
        new ProcessBuilder(Programs.needed("sqlite3").toString(), database.toString(), sql)
            .redirectErrorStream(true)
            .redirectOutput(answer.toFile())
            .start();
    try {
      Await.until("the end of sqlite3", () -> !process.isAlive(), () -> "it hangs");
    } finally {
      process.destroyForcibly();
    }
    return Files.readString(answer);
  }

  private static LiveProgram start(String program, String... arguments) throws IOException {
    Programs.needed(program);
    return start(LiveProgram.newFolder(), program, arguments);
  }

  private static LiveProgram start(Path base, String program, String... arguments)
      throws IOException {
    Path pipe = base.resolve("own/pipe");
    LiveProgram.command("mkfifo", pipe.toString());
    Path said = Files.createFile(base.resolve("own/said"));
    try (Fd in = Fd.open(pipe.toString(), Fcntl.O_RDWR);
        Fd out = Fd.open(said.toString(), Fcntl.O_WRONLY)) {
      Path file = Programs.needed(program);
      return LiveProgram.start(file, List.of(arguments), base, in.number(), out.number());
    }
  }

  /** Writes into its pipe, and leaves it. */
  private static void feed(LiveProgram live, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    Files.write(live.folder().resolve("pipe"), bytes, StandardOpenOption.WRITE);
  }

  private static String said(LiveProgram live) throws IOException {
    return Files.readString(live.folder().resolve("said"));
  }

  private static void awaitSaid(LiveProgram live, String text) throws IOException {
    Await.until(text, () -> said(live).endsWith(text), live::describe);
  }
}
