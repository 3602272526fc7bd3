package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Units;
import dev.ckpt.convert.report.MemoryReport;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.core.image.ImageOutput;
import dev.ckpt.format.ImageFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Writes a page with pictures of an image. */
final class ReportCommand extends CkptCommand {
  private static final String OUTPUT = "--output";
  private static final String FORCE = "--force";

  private static final String INTERRUPTED = "the report was interrupted: there is none";

  private final Ending ending;
  private final Path image;
  private final Path output;
  private final boolean force;
  private final Optional<Path> keyFile;

  static CommandSpec spec() {
    CommandSpec spec =
        Spec.command(
                "report",
                "Writes a page with pictures of an image, for a browser.",
                "Its address space by mapping and kind of page, what fills it, threads, files, and"
                    + " where the time of the dump went. The page is one file and loads nothing;"
                    + " it has no content of memory.")
            .addPositional(Spec.parameter("IMAGE", true, "The image, a file."))
            .addOption(Spec.required("FILE", "The page to make.", "-o", OUTPUT))
            .addOption(Spec.flag("Replace a file that has the page's name.", FORCE))
            .addOption(ImageKeys.keyFileOption());
    return Spec.finish(spec, "ckpt report build.ckpt -o build.html");
  }

  ReportCommand(Console console, Ending ending, ParseResult arguments) throws UsageException {
    super(console, arguments);
    this.ending = ending;
    image = path("the image", Spec.parameter(arguments).orElseThrow());
    output = path("the report", Spec.value(arguments, OUTPUT).orElseThrow());
    force = arguments.hasMatchedOption(FORCE);
    keyFile = ImageKeys.keyFile(arguments);
    if (isPipe(image) || isPipe(output)) {
      throw new UsageException("a report is made of an image in a file, and is a file");
    }
  }

  @Override
  int run(Report report) throws IOException {
    report.about(nameOf(image));
    MemoryReport.Result written;
    try (ImageOutput file = ImageFileOutput.create("report", output, force);
        RevocableOutput revocable = new RevocableOutput(file, INTERRUPTED)) {
      written = Revocation.run(ending, revocable, () -> write(revocable));
    }
    report.line(
        "report on "
            + Units.printable(nameOf(image))
            + " written into "
            + Units.printable(output.toString())
            + ": "
            + Units.count(written.nrMappings(), "mapping")
            + ", "
            + Units.count(written.presentPages(), "page"));
    report.result(
        new JsonObject()
            .put("image", image.toString())
            .put("output", output.toString())
            .put("mappings", written.nrMappings())
            .put("pages", written.presentPages()));
    return ExitCode.DONE;
  }

  private MemoryReport.Result write(RevocableOutput revocable) throws IOException {
    try (ImageKeys keys = ImageKeys.of(keyFile, nameOf(image));
        FileChannel channel = Channels.openFile(image)) {
      ImageFile file = new ImageFile(channel, keys);
      MemoryReport.Result written =
          MemoryReport.write(file, nameOf(image), channel.size(), new Stream(revocable.channel()));
      revocable.publish();
      return written;
    }
  }

  /** Bytes on their way into a channel that takes direct buffers only. */
  private static final class Stream extends OutputStream {
    private final WritableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);

    Stream(WritableByteChannel channel) {
      this.channel = channel;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int len) throws IOException {
      for (int done = 0; done < len; ) {
        int n = Math.min(len - done, buffer.capacity());
        buffer.clear().put(bytes, from + done, n).flip();
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        done += n;
      }
    }
  }
}
