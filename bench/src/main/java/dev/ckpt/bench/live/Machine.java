package dev.ckpt.bench.live;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where it was measured.
 *
 * @param lines what there is to say, one thing each
 */
record Machine(List<String> lines) {
  private static final Pattern MODEL = Pattern.compile("model name\\s*: (.*)");
  private static final Pattern TOTAL = Pattern.compile("MemTotal: +(\\d+) kB");
  private static final Pattern AVAILABLE = Pattern.compile("MemAvailable: +(\\d+) kB");
  private static final Path MEMINFO = Path.of("/proc/meminfo");

  static Machine of(Path folder) throws IOException {
    Files.createDirectories(folder);
    FileStore store = Files.getFileStore(folder);
    double gib = Long.parseLong(find(MEMINFO, TOTAL)) / (double) (1 << 20);
    return new Machine(
        List.of(
            find(Path.of("/proc/cpuinfo"), MODEL)
                + ", "
                + Runtime.getRuntime().availableProcessors()
                + " CPUs, "
                + String.format(Locale.ROOT, "%.1f", gib)
                + " GiB",
            "Linux " + text("/proc/sys/kernel/osrelease") + ", images on " + store.type(),
            "Java " + Runtime.version(),
            "transparent huge pages: " + text("/sys/kernel/mm/transparent_hugepage/enabled"),
            "load before: " + text("/proc/loadavg")));
  }

  private static String text(String file) throws IOException {
    return Files.readString(Path.of(file)).strip();
  }

  private static String find(Path file, Pattern pattern) throws IOException {
    Matcher found = pattern.matcher(Files.readString(file));
    if (!found.find()) {
      throw new IOException(file + " tells no " + pattern);
    }
    return found.group(1);
  }

  /** Memory that could be had now. */
  static long availableBytes() throws IOException {
    return Long.parseLong(find(MEMINFO, AVAILABLE)) << 10;
  }
}
