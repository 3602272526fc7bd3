package dev.ckpt.bench.live;

import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.backend.PageFiller;
import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.rstr.Restart;
import dev.ckpt.rstr.RestartOptions;
import dev.ckpt.rstr.RestartedTask;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One image, from which a task comes back with its pages filled by each backend in turn. */
final class PageFillers {
  private static final double MILLION = 1e6;
  private static final int READY = 0;
  private static final String PAGES = "of that, filling pages";
  private static final String SMALL = "filling pages without huge ones";
  private static final String RATIO = "of the first one's";

  /** For a kernel without huge pages that can be moved. */
  private static final String WITHOUT = "ckpt.kernel.without";

  private final Workshop workshop;
  private final List<String> backends =
      Backends.pageFillers().stream().map(PageFiller.Provider::name).toList();

  PageFillers(Workshop workshop) {
    this.workshop = workshop;
  }

  /** One column for each backend. */
  record Columns(List<String> headings, List<Figures> figures) {
    void print() {
      Figures.table(headings, figures);
    }
  }

  Columns restores(long mib, int runs) throws IOException {
    List<Figures> columns = new ArrayList<>();
    backends.forEach(each -> columns.add(new Figures()));
    Path file = workshop.file("shared");
    Path image = workshop.file("back");
    MappedByteBuffer shared = workshop.sharedPage(file);
    String program = workshop.program("touch").toString();
    int pid = workshop.start(List.of(program, Long.toString(mib), file.toString()));
    workshop.await("a task of " + mib + " MiB", () -> shared.getLong(READY) == 1);
    try (ImageFileOutput output = ImageFileOutput.create(image, true)) {
      Checkpoint.dump(CheckpointOptions.of(pid).withSync(false).withStop(true), output);
    }
    workshop.end(pid);
    try {
      for (int run = 0; run < runs; run++) {
        for (int i = 0; i < columns.size(); i++) {
          restore(pid, image, backends.get(i), columns.get(i));
        }
      }
    } finally {
      Files.deleteIfExists(image);
    }
    for (Figures each : columns) {
      each.add(PAGES + ", " + RATIO, each.median(PAGES) / columns.get(0).median(PAGES));
      each.add(SMALL + ", " + RATIO, each.median(SMALL) / columns.get(0).median(SMALL));
    }
    return new Columns(backends, columns);
  }

  private void restore(int pid, Path image, String backend, Figures figures) throws IOException {
    RestartedTask task = restore(image, backend);
    workshop.end(pid);
    figures.add("**restore**", task.wallNanos() / MILLION);
    figures.add(PAGES, task.phases().get("pages") / MILLION);
    System.setProperty(WITHOUT, "UFFDIO_MOVE");
    try {
      RestartedTask small = restore(image, backend);
      workshop.end(pid);
      figures.add(SMALL, small.phases().get("pages") / MILLION);
    } finally {
      System.clearProperty(WITHOUT);
    }
  }

  private static RestartedTask restore(Path image, String backend) throws IOException {
    RestartOptions options = RestartOptions.of().withDetach(true).withBackend(backend);
    try (FileChannel channel = FileChannel.open(image)) {
      return Restart.restore(options, channel);
    }
  }
}
