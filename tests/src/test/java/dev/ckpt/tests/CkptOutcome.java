package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What came of one run of the {@code ckpt} command: its exit code, and what it said.
 *
 * @param code exit code, or 128 and the signal
 * @param out standard output
 * @param err standard error
 */
record CkptOutcome(int code, String out, String err) {
  /** Runs it to its end, with nothing to read; nothing that it started may be left. */
  static CkptOutcome of(Path scratch, List<String> before, String... arguments) throws IOException {
    return of(scratch, Map.of(), before, arguments);
  }

  /**
   * The same with variables of the environment.
   *
   * @param before words that become the command in the end, as those of setpriv(1) do
   */
  static CkptOutcome of(
      Path scratch, Map<String, String> variables, List<String> before, String... arguments)
      throws IOException {
    List<String> words = new ArrayList<>(before);
    words.addAll(CkptProcess.words());
    return ofWords(scratch, variables, words, arguments);
  }

  /** The same of any words that become the command in the end. */
  static CkptOutcome ofWords(
      Path scratch, Map<String, String> variables, List<String> command, String... arguments)
      throws IOException {
    List<String> words = new ArrayList<>(command);
    words.addAll(List.of(arguments));
    Path out = Files.createTempFile(scratch, "out", "");
    Path err = Files.createTempFile(scratch, "err", "");
    int flags = Fcntl.O_WRONLY | Fcntl.O_APPEND;
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDONLY);
        Fd outFile = Fd.open(out.toString(), flags);
        CkptProcess ckpt = CkptProcess.start(nothing, outFile, err, variables, words)) {
      int code = ckpt.awaitExit();
      expectNothingLeft(ckpt.pid());
      return new CkptOutcome(code, Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** Helpers end with the command, or a moment later. */
  static void expectNothingLeft(int session) throws IOException {
    Await.until(
        "the end of all that ckpt started",
        () -> {
          Sessions.reap(session);
          return Sessions.members(session).isEmpty();
        },
        () -> "session " + session);
  }

  /** One line says why it failed: the code first, then what it is about and what to do. */
  void expectFailure(int exitCode, String name, String... parts) {
    assertEquals(exitCode, code, toString());
    assertTrue(err.startsWith("ckpt: " + name + ": "), toString());
    assertEquals(1, err.lines().count(), toString());
    for (String part : parts) {
      assertTrue(err.contains(part), "no '" + part + "' in " + this);
    }
    assertEquals("", out, toString());
  }
}
