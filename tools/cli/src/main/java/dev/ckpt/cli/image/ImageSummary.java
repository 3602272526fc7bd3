package dev.ckpt.cli.image;

import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.PhaseTable;
import dev.ckpt.cli.text.Table;
import dev.ckpt.cli.text.Units;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.Cred;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.Statistics;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.TaskThread;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaGuard;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is in an image, for people and for scripts. */
public final class ImageSummary {
  private static final long SECOND_NANOS = 1_000_000_000L;

  /** The name of a time in the statistics: it ends in its unit. */
  private static final Pattern NANOS = Pattern.compile("(.+?)\\.?[nN]anos");

  /** The name of a phase of the dump. */
  private static final Pattern PHASE = Pattern.compile("phase\\.(.+)Nanos");

  private final ImageState state;
  private final PageStatistics pages;
  private final List<Statistics.Entry> statistics;
  private final long nrObjects;
  private final long imageBytes;
  private final List<OpenFileText> files = new ArrayList<>();
  private final String exe;

  private ImageSummary(
      ImageState state,
      PageStatistics pages,
      List<Statistics.Entry> statistics,
      long nrObjects,
      long imageBytes)
      throws IOException {
    this.state = state;
    this.pages = pages;
    this.statistics = List.copyOf(statistics);
    this.nrObjects = nrObjects;
    this.imageBytes = imageBytes;
    for (Fd fd : state.all(Fd.class)) {
      files.add(OpenFileText.of(fd, state));
    }
    exe = path(state.get(state.mm().exeFile(), ImageRecord.class));
  }

  /**
   * Reads a whole image, page contents too, and so checks it on the way.
   *
   * @param image from its first byte; closed by the caller
   * @throws dev.ckpt.error.CorruptImageException when anything is wrong
   */
  public static ImageSummary read(ReadableByteChannel image) throws IOException {
    CountingChannel counting = new CountingChannel(image);
    try (ImageReader reader = new ImageReader(counting)) {
      ImageState state = ImageState.read(reader);
      PageStatistics pages = new PageStatistics(state);
      List<Statistics.Entry> statistics = new ArrayList<>();
      long nrObjects = state.objects().size();
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        nrObjects++;
        if (next.get().record() instanceof PageArray array) {
          pages.add(array);
        } else if (next.get().record() instanceof Statistics found) {
          statistics.addAll(found.entries());
        }
      }
      return new ImageSummary(
          state, pages, statistics, nrObjects + reader.nrSkipped(), counting.bytes());
    }
  }

  /** The process, in one line. */
  public String taskLine() throws IOException {
    Task task = state.task();
    return "task "
        + task.pid()
        + " ("
        + task.comm()
        + "), "
        + Units.count(state.threads().size(), "thread")
        + ", "
        + Units.count(state.vmas().size(), "mapping")
        + ", "
        + Units.count(files.size(), "descriptor")
        + ", "
        + Units.pages(pages.all().data());
  }

  /** All of it, in lines. */
  public List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    Header header = state.header();
    Task task = state.task();
    lines.add(
        "image    "
            + Units.bytes(imageBytes)
            + ", "
            + Units.count(nrObjects, "object")
            + ", "
            + header.uuid());
    lines.add(
        "made     "
            + created(header)
            + " on "
            + header.hostname()
            + " (Linux "
            + header.kernelRelease()
            + ") by "
            + header.producer());
    lines.add(
        "task     "
            + task.pid()
            + " ("
            + task.comm()
            + "), parent "
            + task.ppid()
            + ", group "
            + task.pgid()
            + ", session "
            + task.sid()
            + owner());
    lines.add("exe      " + exe);
    lines.add("cwd      " + task.cwd());
    for (Statistics.Entry entry : statistics) {
      if (!PHASE.matcher(entry.name().toString()).matches()) {
        lines.add("measured " + measured(entry));
      }
    }
    section(lines, "threads", threads());
    section(lines, "maps", maps());
    section(lines, "files", filesTable());
    section(lines, "pages", pagesTable());
    return lines;
  }

  /** Where the time of the dump went, as far as it was known when the image was written. */
  public List<String> phaseLines() {
    Map<String, Long> phases = new LinkedHashMap<>();
    for (Statistics.Entry entry : statistics) {
      Matcher phase = PHASE.matcher(entry.name().toString());
      if (phase.matches()) {
        phases.put(phase.group(1), entry.value());
      }
    }
    List<String> lines = new ArrayList<>();
    if (!phases.isEmpty()) {
      lines.add("");
      lines.add("phases");
      lines.addAll(PhaseTable.lines(phases));
    }
    return lines;
  }

  private static void section(List<String> lines, String name, Table table) {
    lines.add("");
    lines.add(name);
    table.lines().forEach(line -> lines.add("  " + line));
  }

  private static Instant created(Header header) {
    long nanos = header.realtimeNanos();
    // To the second: people compare it with a clock.
    return Instant.ofEpochSecond(nanos / SECOND_NANOS);
  }

  private String owner() {
    List<Cred> creds = state.all(Cred.class);
    return creds.isEmpty()
        ? ""
        : ", user " + creds.get(0).euid() + ", group " + creds.get(0).egid();
  }

  private static String measured(Statistics.Entry entry) {
    Matcher time = NANOS.matcher(entry.name().toString());
    return time.matches()
        ? time.group(1) + " " + Units.time(entry.value())
        : entry.name() + " " + entry.value();
  }

  private Table threads() {
    Table table = new Table(">TID", "NAME", "BLOCKED SIGNALS", "ALTSTACK", "RSEQ");
    for (TaskThread thread : state.threads()) {
      table.row(
          thread.tid(),
          thread.comm(),
          Long.bitCount(thread.sigmask()),
          thread.altstackSize() == 0 ? "-" : Units.bytes(thread.altstackSize()),
          thread.rseqPtr() == 0 ? "-" : "yes");
    }
    return table;
  }

  private Table maps() {
    Table table = new Table("ADDRESS", "PROT", "KIND", ">SIZE", ">PAGES", ">ZERO", "NAME");
    for (PageStatistics.OfVma of : pages.vmas()) {
      Vma vma = of.vma();
      table.row(
          Long.toHexString(vma.start()) + "-" + Long.toHexString(vma.end()),
          prot(vma.prot()),
          kind(vma.kind()),
          Units.bytes(vma.lenBytes()),
          of.count().data(),
          of.count().zero(),
          name(vma));
    }
    return table;
  }

  private Table filesTable() {
    Table table = new Table(">FD", "ACCESS", "KIND", ">OFFSET", "FILE");
    for (OpenFileText file : files) {
      table.row(
          file.fd(),
          file.access(),
          file.kind(),
          file.hasPos() ? Long.toString(file.pos()) : "-",
          file.name() + sharedWith(file));
    }
    return table;
  }

  private String sharedWith(OpenFileText file) {
    for (OpenFileText other : files) {
      if (other.description() == file.description() && other.fd() < file.fd()) {
        return " (as " + other.fd() + ")";
      }
    }
    return "";
  }

  private Table pagesTable() {
    Table table = new Table("KIND", ">NUMBER", ">MAPPED", ">PAGES", ">ZERO", ">IN IMAGE");
    for (PageStatistics.OfKind of : pages.kinds()) {
      row(table, kind(of.kind()), of.nrVmas(), Units.bytes(of.mappedBytes()), of.count());
    }
    for (PageStatistics.OfObject of : pages.objects()) {
      row(table, of.what(), 1, Units.bytes(of.sizeBytes()), of.count());
    }
    List<VmaGuard> guards = state.all(VmaGuard.class);
    if (!guards.isEmpty()) {
      long guardBytes = guards.stream().mapToLong(VmaGuard::lenBytes).sum();
      table.row("guard region", guards.size(), Units.bytes(guardBytes), "-", "-", "-");
    }
    row(table, "all", pages.vmas().size(), "", pages.all());
    return table;
  }

  private static void row(
      Table table, String what, int number, String mapped, PageStatistics.Count count) {
    table.row(
        what,
        number,
        mapped,
        count.data(),
        count.zero(),
        Units.bytes(count.data() * Limits.PAGE_SIZE));
  }

  private static String prot(int prot) {
    return ((prot & 1) != 0 ? "r" : "-")
        + ((prot & 2) != 0 ? "w" : "-")
        + ((prot & 4) != 0 ? "x" : "-");
  }

  private static String kind(VmaKind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private String name(Vma vma) {
    ByteString name = vma.name();
    if (!name.isEmpty()) {
      return name.toString();
    }
    return state.find(vma.backing()).map(ImageSummary::path).orElse("");
  }

  private static String path(ImageRecord file) {
    if (file instanceof GhostFile ghost) {
      return ghost.path() + " (deleted)";
    }
    return file instanceof FileRef named ? named.path().toString() : "";
  }

  /**
   * All of it, as an object.
   *
   * @param image where it was read from
   */
  public JsonObject json(String image) throws IOException {
    Header header = state.header();
    Task task = state.task();
    JsonObject numbers = new JsonObject();
    statistics.forEach(entry -> numbers.put(entry.name().toString(), entry.value()));
    return new JsonObject()
        .put("image", image)
        .put("imageBytes", imageBytes)
        .put("objects", nrObjects)
        .put("uuid", header.uuid().toString())
        .put("created", created(header).toString())
        .put("hostname", header.hostname().toString())
        .put("kernel", header.kernelRelease().toString())
        .put("producer", header.producer().toString())
        .put("statistics", numbers)
        .put(
            "task",
            new JsonObject()
                .put("pid", task.pid())
                .put("ppid", task.ppid())
                .put("pgid", task.pgid())
                .put("sid", task.sid())
                .put("comm", task.comm().toString())
                .put("exe", exe)
                .put("cwd", task.cwd().toString()))
        .put("threads", state.threads().stream().map(ImageSummary::json).toList())
        .put("maps", pages.vmas().stream().map(this::json).toList())
        .put("guards", state.all(VmaGuard.class).stream().map(ImageSummary::json).toList())
        .put("files", files.stream().map(ImageSummary::json).toList())
        .put("pages", pages.all().data())
        .put("zeroPages", pages.all().zero())
        .put("pagesByKind", pages.kinds().stream().map(ImageSummary::json).toList());
  }

  private static JsonObject json(TaskThread thread) {
    return new JsonObject().put("tid", thread.tid()).put("comm", thread.comm().toString());
  }

  private JsonObject json(PageStatistics.OfVma of) {
    return new JsonObject()
        .put("start", Long.toHexString(of.vma().start()))
        .put("end", Long.toHexString(of.vma().end()))
        .put("prot", prot(of.vma().prot()))
        .put("kind", kind(of.vma().kind()))
        .put("name", name(of.vma()))
        .put("pages", of.count().data())
        .put("zeroPages", of.count().zero());
  }

  private static JsonObject json(VmaGuard guard) {
    return new JsonObject()
        .put("start", Long.toHexString(guard.start()))
        .put("end", Long.toHexString(guard.end()));
  }

  private static JsonObject json(OpenFileText file) {
    JsonObject object =
        new JsonObject()
            .put("fd", file.fd())
            .put("kind", file.kind())
            .put("access", file.access())
            .put("name", file.name())
            .put("description", file.description());
    return file.hasPos() ? object.put("offset", file.pos()) : object;
  }

  private static JsonObject json(PageStatistics.OfKind of) {
    return new JsonObject()
        .put("kind", kind(of.kind()))
        .put("number", of.nrVmas())
        .put("mappedBytes", of.mappedBytes())
        .put("pages", of.count().data())
        .put("zeroPages", of.count().zero());
  }
}
