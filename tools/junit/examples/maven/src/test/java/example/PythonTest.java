package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.junit.Helper;
import dev.ckpt.junit.RunningHelper;
import dev.ckpt.junit.WarmUp;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** A program in another language, by the annotation. */
class PythonTest {
  private static final String NOTES =
      """
      import http.server, sys

      notes = []

      class Notes(http.server.BaseHTTPRequestHandler):
          def do_GET(self):
              self.answer(", ".join(notes))

          def do_POST(self):
              notes.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
              self.answer(str(len(notes)))

          def answer(self, text):
              self.send_response(200)
              self.end_headers()
              self.wfile.write(text.encode())

      http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Notes).serve_forever()
      """;

  /** Two notes are there when a test begins. */
  static final class TwoNotes implements WarmUp {
    @Override
    public void warmUp(RunningHelper helper) throws IOException {
      Http.post(helper.port(), "/", "milk");
      Http.post(helper.port(), "/", "bread");
    }
  }

  @Helper(
      command = {"python3", "-c", NOTES, "{port}"},
      warmUp = TwoNotes.class)
  RunningHelper notes;

  @BeforeAll
  static void needsPython() {
    Programs.assumeOnPath("python3");
  }

  @Test
  void notesAreThere() throws IOException {
    assertEquals("milk, bread", Http.get(notes.port(), "/"));
  }

  @RepeatedTest(3)
  void oneCanBeAdded() throws IOException {
    assertEquals("3", Http.post(notes.port(), "/", "tea"));
    assertEquals("milk, bread, tea", Http.get(notes.port(), "/"));
  }
}
