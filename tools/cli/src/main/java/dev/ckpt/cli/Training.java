package dev.ckpt.cli;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Spawn;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs each command once, so that the JVM can note which classes they need: the archive of classes
 * is made of these. Nobody else runs this. What is not allowed here is left out, and only makes the
 * start of that command slower.
 */
final class Training {
  /** Ends by itself, whatever becomes of us. */
  private static final String SECONDS = "30";

  private final Console nowhere;
  private final Ending ending;

  private Training() {
    PrintStream nothing =
        new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    nowhere = new Console(nothing, nothing, () -> false);
    ending = new Ending(nowhere);
  }

  /** Runs them all; takes no arguments. */
  public static void main(String[] arguments) throws IOException {
    Training training = new Training();
    training.runAll();
    training.ending.exit(ExitCode.DONE);
  }

  private void runAll() throws IOException {
    Console.ofProcess(); // which we do not use: what it needs belongs into the archive
    run("--version");
    run("help", "dump");
    run("dump");
    run("check");
    Path folder = Files.createTempDirectory("ckpt-training-");
    try {
      freeze(folder.resolve("image"));
    } finally {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  private void freeze(Path image) throws IOException {
    int pid = startSleep();
    String number = Integer.toString(pid);
    run("check", number);
    boolean runs = run("dump", number, "--stop", "-o", image.toString()) != ExitCode.DONE;
    run("show", image.toString());
    run("show", "-v", image.toString());
    run("verify", "--json", image.toString());
    for (String codec : List.of("lz4", "zstd")) {
      String small = image + "-" + codec;
      run("merge", image.toString(), "-o", small, "--compress", codec, "--no-sync");
      run("verify", small);
    }
    runs |= run("restore", "--detach", image.toString()) == ExitCode.DONE;
    if (runs) {
      Signals.kill(pid, Signals.SIGKILL);
    }
  }

  private static int startSleep() throws IOException {
    try (Fd nothing = Fd.open("/dev/null", Fcntl.O_RDWR)) {
      int fd = nothing.number();
      return Spawn.program("/bin/sleep").arguments(SECONDS).stdio(fd, fd, fd).newSession().start();
    }
  }

  private int run(String... arguments) {
    return Main.run(arguments, nowhere, ending);
  }
}
