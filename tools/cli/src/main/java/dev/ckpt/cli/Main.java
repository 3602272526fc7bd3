package dev.ckpt.cli;

/** Where the {@code ckpt} command begins. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    Console console = Console.ofProcess();
    Ending ending = new Ending(console);
    int code = run(arguments, console, ending);
    console.out().flush();
    console.err().flush();
    ending.exit(code);
  }

  /** Runs one command; returns its exit code. */
  static int run(String[] arguments, Console console, Ending ending) {
    // Answered here, before picocli is loaded: scripts ask this all the time.
    if (arguments.length == 1 && (arguments[0].equals("--version") || arguments[0].equals("-V"))) {
      console.out().println(Version.line());
      return CkptCommand.finish(console, ExitCode.DONE);
    }
    return new CommandTree(console, ending).execute(arguments);
  }
}
