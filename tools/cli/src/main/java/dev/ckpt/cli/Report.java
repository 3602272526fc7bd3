package dev.ckpt.cli;

import dev.ckpt.cli.text.JsonList;
import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Units;
import dev.ckpt.convert.BadInputException;
import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.ImageVersionException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one command says, and where: lines for people, one JSON object for scripts, errors in one
 * grammar.
 *
 * <p>JSON that has a stream has it alone; in a file it stands beside the lines. Errors are always
 * lines on standard error too, unless the JSON is there.
 */
final class Report implements AutoCloseable {
  /** Shows more than the result. */
  static final int VERBOSE = 1;

  /** Shows where in the program an error came from. */
  static final int STACK_TRACES = 2;

  /** What is said when it could not be written out. */
  static final String LOST = "the result could not be written to standard output, or to its file";

  private final Console console;
  private final int verbosity;
  private final Optional<PrintStream> json;
  private final boolean jsonIsFile;
  private final PrintStream people;
  private boolean jsonWritten;
  private Optional<JsonList> list = Optional.empty();
  private String image = "the image";

  private Report(
      Console console,
      int verbosity,
      Optional<PrintStream> json,
      boolean jsonIsFile,
      PrintStream people) {
    this.console = console;
    this.verbosity = verbosity;
    this.json = json;
    this.jsonIsFile = jsonIsFile;
    this.people = people;
  }

  /**
   * Begins a report; a file for JSON is opened now, so that one that cannot be had is known before
   * anything was done.
   *
   * @param jsonFile where JSON goes: empty for none, an empty text for a stream, else a file
   * @param stdoutTaken whether standard output belongs to somebody else: an image, a task
   */
  static Report open(Console console, Optional<String> jsonFile, boolean stdoutTaken, int verbosity)
      throws IOException {
    PrintStream stream = stdoutTaken ? console.err() : console.out();
    if (jsonFile.isEmpty() || !jsonFile.get().isEmpty()) {
      Optional<PrintStream> file = Optional.empty();
      if (jsonFile.isPresent()) {
        file = Optional.of(openFile(jsonFile.get()));
      }
      return new Report(console, verbosity, file, file.isPresent(), stream);
    }
    return new Report(console, verbosity, Optional.of(stream), false, nowhere());
  }

  private static PrintStream openFile(String name) throws IOException {
    try {
      Path path = Path.of(name);
      Channels.refuseToLoseImage(path);
      return new PrintStream(
          new BufferedOutputStream(Files.newOutputStream(path, new OpenOption[0])),
          false,
          StandardCharsets.UTF_8);
    } catch (InvalidPathException e) {
      throw new CkptException(FailureCode.PATH_INVALID, e.getMessage(), e);
    }
  }

  private static PrintStream nowhere() {
    return new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8);
  }

  /** Says which image it is about, for errors that know only of its bytes. */
  void about(String imageName) {
    image = imageName;
  }

  /** A line of the result for people. */
  void line(String text) {
    people.println(text);
  }

  /** A line for people who asked for more. */
  void detail(String text) {
    if (verbosity >= VERBOSE) {
      people.println(text);
    }
  }

  /** Whether people asked for more. */
  boolean verbose() {
    return verbosity >= VERBOSE;
  }

  /** Whether anybody wants the result for scripts. */
  boolean wantsJson() {
    return json.isPresent();
  }

  /** Something that went otherwise than one might think; on standard error. */
  void note(String text) {
    if (errorsAsText()) {
      console.err().println("ckpt: note: " + Units.printable(text));
    }
  }

  /** The result for scripts; the first one counts. */
  void result(JsonObject object) {
    if (json.isPresent() && !jsonWritten) {
      jsonWritten = true;
      json.get().println(object);
      json.get().flush();
    }
  }

  /**
   * Begins a result for scripts with a list that may be long; empty if nobody wants one.
   *
   * @param head what stands before the list
   */
  Optional<JsonList> list(JsonObject head, String name) {
    if (json.isPresent() && !jsonWritten) {
      jsonWritten = true;
      list = Optional.of(new JsonList(json.get(), head, name));
    }
    return list;
  }

  /** Writes out what is held back; false if that was lost, and so nobody wants more of it. */
  boolean goesOn() {
    return !console.out().checkError() && json.filter(PrintStream::checkError).isEmpty();
  }

  /** Says why nothing came of it. */
  void failure(Throwable error) {
    if (errorsAsText()) {
      lines(error).forEach(console.err()::println);
    }
    list.ifPresent(begun -> begun.end(new JsonObject().put("error", describe(error))));
    result(new JsonObject().put("error", describe(error)));
  }

  private boolean errorsAsText() {
    return jsonIsFile || json.isEmpty() || json.get() != console.err();
  }

  private List<String> lines(Throwable error) {
    List<String> lines = new ArrayList<>();
    if (error instanceof UnsupportedStateException unsupported) {
      unsupported.refusals().forEach(refusal -> lines.add(line(refusal)));
    } else {
      lines.add("ckpt: " + code(error) + ": " + Units.printable(message(error)));
    }
    if (verbosity >= VERBOSE) {
      for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
        lines.add("ckpt: caused by: " + Units.printable(cause.toString()));
      }
    }
    if (verbosity >= STACK_TRACES) {
      trace(error, lines);
    }
    return lines;
  }

  private static String line(Refusal refusal) {
    return "ckpt: " + Units.printable(refusal.toString());
  }

  private static void trace(Throwable error, List<String> lines) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      lines.add(Units.printable(cause.toString()));
      for (StackTraceElement element : cause.getStackTrace()) {
        lines.add("    at " + element);
      }
    }
  }

  private JsonObject describe(Throwable error) {
    JsonObject object =
        new JsonObject().put("code", code(error).name()).put("message", message(error));
    List<JsonObject> refusals = new ArrayList<>();
    if (error instanceof UnsupportedStateException unsupported) {
      unsupported.refusals().forEach(refusal -> refusals.add(json(refusal)));
    }
    if (error instanceof CorruptImageException corrupt) {
      object
          .put("offset", corrupt.offset())
          .put("object", corrupt.objectType())
          .put("expected", corrupt.expected())
          .put("actual", corrupt.actual());
    }
    if (error instanceof BadInputException bad) {
      object.put("offset", bad.offset()).put("object", bad.object());
    }
    return object.put("refusals", refusals);
  }

  /** One refusal as an object. */
  static JsonObject json(Refusal refusal) {
    return new JsonObject()
        .put("code", refusal.code().name())
        .put("object", refusal.object())
        .put("remedy", refusal.remedy());
  }

  private static Code code(Throwable error) {
    if (error instanceof CkptException known) {
      return known.code();
    }
    if (error instanceof NoSuchFileException) {
      return FailureCode.NO_SUCH_FILE;
    }
    if (error instanceof AccessDeniedException) {
      return FailureCode.ACCESS_DENIED;
    }
    return error instanceof IOException ? FailureCode.IO_FAILED : FailureCode.INTERNAL;
  }

  /** What went wrong, without the code. */
  private String message(Throwable error) {
    if (error instanceof UnsupportedStateException unsupported) {
      // Each is told of by itself: in its own line, or among the refusals of the JSON.
      int others = unsupported.refusals().size() - 1;
      return unsupported.refusals().get(0).text()
          + (others > 0 ? " (and " + others + " more)" : "");
    }
    if (error instanceof CorruptImageException corrupt && corrupt.offset() == 0) {
      return image + " is no image: expected " + corrupt.expected() + ", found " + corrupt.actual();
    }
    if (error instanceof CorruptImageException || error instanceof ImageVersionException) {
      return image + ": " + error.getMessage();
    }
    if (error instanceof CkptException) {
      return error.getMessage();
    }
    if (error instanceof NoSuchFileException missing) {
      return missing.getFile() + ": there is no such file";
    }
    if (error instanceof AccessDeniedException denied) {
      return denied.getFile() + ": permission denied";
    }
    if (error instanceof FileSystemException file && file.getReason() != null) {
      return file.getFile() + ": " + file.getReason();
    }
    if (error instanceof IOException && error.getMessage() != null) {
      return error.getMessage();
    }
    return error + ": this is a defect of ckpt, which -vv shows the place of";
  }

  /**
   * Writes out what is still held back.
   *
   * @throws CkptException when a part of the result was lost on the way
   */
  @Override
  public void close() throws CkptException {
    console.err().flush();
    // NB: a PrintStream keeps its errors to itself until it is asked.
    boolean lost = console.out().checkError();
    if (jsonIsFile) {
      json.get().close();
      lost |= json.get().checkError();
    }
    if (lost) {
      throw new CkptException(FailureCode.OUTPUT_LOST, LOST);
    }
  }
}
