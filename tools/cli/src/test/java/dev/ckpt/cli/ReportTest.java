package dev.ckpt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.RefusalCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private static PrintStream stream(OutputStream target) {
    return new PrintStream(target, false, StandardCharsets.UTF_8);
  }

  private Report open(Optional<String> json, boolean stdoutTaken, int verbosity)
      throws IOException {
    return Report.open(
        new Console(stream(out), stream(err), () -> false), json, stdoutTaken, verbosity);
  }

  private static void sayAll(Report report) throws IOException {
    try (report) {
      report.line("line");
      report.detail("detail");
      report.note("note");
      report.result(new JsonObject().put("a", 1));
    }
  }

  @Test
  void speaksToPeopleUnlessAskedForJson() throws IOException {
    sayAll(open(Optional.empty(), false, 0));

    assertEquals("line\n", out.toString());
    assertEquals("ckpt: note: note\n", err.toString());
  }

  @Test
  void showsDetailsWhenAskedTo() throws IOException {
    sayAll(open(Optional.empty(), false, Report.VERBOSE));

    assertEquals("line\ndetail\n", out.toString());
  }

  @Test
  void givesJsonItsStreamAlone() throws IOException {
    sayAll(open(Optional.of(""), false, Report.VERBOSE));

    assertEquals("{\"a\":1}\n", out.toString());
    assertEquals("ckpt: note: note\n", err.toString());
  }

  @Test
  void leavesStandardOutputToAnImage() throws IOException {
    sayAll(open(Optional.empty(), true, 0));

    assertEquals("", out.toString());
    assertEquals("line\nckpt: note: note\n", err.toString());
  }

  @Test
  void givesJsonStandardErrorAloneBesideAnImage() throws IOException {
    sayAll(open(Optional.of(""), true, Report.VERBOSE));

    assertEquals("", out.toString());
    assertEquals("{\"a\":1}\n", err.toString());
  }

  @Test
  void writesOneLineForEachRefusal() throws IOException {
    UnsupportedStateException error =
        new UnsupportedStateException(
            List.of(
                new Refusal(RefusalCode.FD_SOCKET, "[pid 812] fd 5 (socket:[77])", "close it"),
                new Refusal(RefusalCode.ROOT, "[pid 812] its \u001b[31mroot\n", "leave it")));
    try (Report report = open(Optional.of(""), false, 0)) {
      report.failure(error);
    }

    assertEquals(
        "ckpt: FD_SOCKET: [pid 812] fd 5 (socket:[77]): close it\n"
            + "ckpt: ROOT: [pid 812] its \\u{1b}[31mroot\\u{a}: leave it\n",
        err.toString());
    assertTrue(
        out.toString()
            .startsWith(
                "{\"error\":{\"code\":\"FD_SOCKET\","
                    + "\"message\":\"[pid 812] fd 5 (socket:[77]): close it (and 1 more)\","),
        out.toString());
    assertTrue(
        out.toString()
            .endsWith(
                "\"refusals\":["
                    + "{\"code\":\"FD_SOCKET\",\"object\":\"[pid 812] fd 5 (socket:[77])\","
                    + "\"remedy\":\"close it\"},"
                    + "{\"code\":\"ROOT\",\"object\":\"[pid 812] its \\u001b[31mroot\\n\","
                    + "\"remedy\":\"leave it\"}]}}\n"),
        out.toString());
  }

  @Test
  void saysEachCodeOnceInLinesAndTwiceInNoJson() throws IOException {
    Refusal refusal = new Refusal(RefusalCode.FD_SOCKET, "an object", "a remedy");
    for (Throwable error :
        List.of(
            new CkptException(RefusalCode.FD_SOCKET, "message"),
            new UnsupportedStateException(List.of(refusal)),
            new UnsupportedStateException(List.of(refusal, refusal)))) {
      out.reset();
      err.reset();
      try (Report report = open(Optional.of(""), false, 0)) {
        report.failure(error);
      }
      for (String line : err.toString().lines().toList()) {
        assertEquals(1, line.split("FD_SOCKET", -1).length - 1, line);
      }
      String message = out.toString().replaceAll("\"code\":\"FD_SOCKET\"", "");
      assertFalse(message.contains("FD_SOCKET"), out.toString());
    }
  }

  @Test
  void saysWhereAnImageIsDamaged() throws IOException {
    try (Report report = open(Optional.of(""), false, 0)) {
      report.failure(new CorruptImageException(4096, "VMA", "this", "that"));
    }

    assertTrue(
        err.toString().startsWith("ckpt: IMAGE_CORRUPT: the image: image offset 4096: VMA: "));
    assertTrue(out.toString().contains("\"offset\":4096,\"object\":\"VMA\""), out.toString());
  }

  @Test
  void showsCausesAndStackTracesOnlyWhenAskedTo() throws IOException {
    CkptException error =
        new CkptException(RefusalCode.FD_SOCKET, "message", new IOException("cause"));

    for (int verbosity = 0; verbosity <= Report.STACK_TRACES; verbosity++) {
      err.reset();
      try (Report report = open(Optional.empty(), false, verbosity)) {
        report.failure(error);
      }
      String text = err.toString();
      assertTrue(text.startsWith("ckpt: FD_SOCKET: message\n"), text);
      assertEquals(verbosity >= Report.VERBOSE, text.contains("caused by: "), text);
      assertEquals(verbosity >= Report.STACK_TRACES, text.contains("    at "), text);
    }
  }

  @Test
  void callsWhatNobodyExpectedADefect() throws IOException {
    try (Report report = open(Optional.empty(), false, 0)) {
      report.failure(new IllegalStateException("oops"));
    }

    assertTrue(err.toString().startsWith("ckpt: INTERNAL: "), err.toString());
    assertTrue(err.toString().contains("-vv"), err.toString());
  }

  @Test
  void anErrorAfterTheResultIsNoSecondResult() throws IOException {
    try (Report report = open(Optional.of(""), false, 0)) {
      report.result(new JsonObject().put("a", 1));
      report.failure(new IOException("later"));
    }

    assertEquals("{\"a\":1}\n", out.toString());
    assertFalse(err.toString().isEmpty());
  }

  @Test
  void noticesThatTheResultWasLost() throws IOException {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no space left");
          }
        };
    Console console = new Console(stream(full), stream(err), () -> false);
    Report report = Report.open(console, Optional.empty(), false, 0);
    report.line("line");

    CkptException error = assertThrows(CkptException.class, report::close);

    assertEquals("OUTPUT_LOST", error.code().name());
  }
}
