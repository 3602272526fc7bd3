package dev.ckpt.cli.image;

import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Layout;
import dev.ckpt.cli.text.Units;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.PageCompression;
import dev.ckpt.format.PageStream;
import dev.ckpt.format.ParentSource;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.Seal;
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
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is in an image, for people and for scripts. */
public final class ImageSummary {
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final ImageState state;
  private final Optional<String> parent;
  private final Optional<JsonObject> parentJson;
  private final PageStatistics pages;
  private final List<Statistics.Entry> statistics;
  private final long nrObjects;
  private final long imageBytes;
  private final Optional<Seal> seal;
  private final PageCompression compression;
  private final List<OpenFileText> files = new ArrayList<>();
  private final Optional<String> commandLine;
  private final String exe;

  private ImageSummary(
      ImageState state,
      ParentText parent,
      PageStatistics pages,
      Optional<String> commandLine,
      List<Statistics.Entry> statistics,
      long nrObjects,
      long imageBytes,
      Optional<Seal> seal,
      PageCompression compression)
      throws IOException {
    this.state = state;
    this.parent = parent.line();
    this.parentJson = parent.json();
    this.pages = pages;
    this.commandLine = commandLine;
    this.statistics = List.copyOf(statistics);
    this.nrObjects = nrObjects;
    this.imageBytes = imageBytes;
    this.seal = seal;
    this.compression = compression;
    for (Fd fd : state.all(Fd.class)) {
      files.add(OpenFileText.of(fd, state));
    }
    exe = path(state.get(state.mm().exeFile(), ImageRecord.class));
  }

  /**
   * Reads a whole image, page contents too, and so checks it on the way.
   *
   * @param image from its first byte; closed by the caller
   * @param keys asked for the key of a sealed one
   * @param parents where the images are that it builds on; without them only its own pages count
   * @throws dev.ckpt.error.CorruptImageException when anything is wrong
   */
  public static ImageSummary read(ReadableByteChannel image, KeySource keys, ParentSource parents)
      throws IOException {
    CountingChannel counting = new CountingChannel(image);
    try (ImageReader reader = new ImageReader(counting, keys)) {
      ImageState state = ImageState.read(reader);
      try (ParentText parent = ParentText.of(state, parents)) {
        return read(reader, state, parent, counting);
      }
    }
  }

  private static ImageSummary read(
      ImageReader reader, ImageState state, ParentText parent, CountingChannel counting)
      throws IOException {
    PageStatistics pages = new PageStatistics(state);
    CommandLine words = new CommandLine(state);
    List<Statistics.Entry> statistics = new ArrayList<>();
    CountedPages own = new CountedPages(reader);
    PageStream stream = parent.fold(own);
    for (Optional<ImageObject> next = stream.next(); next.isPresent(); next = stream.next()) {
      if (next.get().record() instanceof PageArray array) {
        pages.add(array);
        words.add(array, stream.pages());
      } else if (next.get().record() instanceof Statistics found) {
        statistics.addAll(found.entries());
      }
    }
    long unread = reader.nrSkipped() + reader.seal().stream().count();
    return new ImageSummary(
        state,
        parent,
        pages,
        words.text(),
        statistics,
        state.objects().size() + own.objects() + unread,
        counting.bytes(),
        reader.seal(),
        reader.compression());
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

  /** All of it, for people. */
  public List<String> lines(Layout layout) throws IOException {
    return new ImageText(this, layout).lines();
  }

  ImageState state() {
    return state;
  }

  PageStatistics pages() {
    return pages;
  }

  List<Statistics.Entry> statistics() {
    return statistics;
  }

  List<OpenFileText> files() {
    return files;
  }

  Optional<String> commandLine() {
    return commandLine;
  }

  String exe() {
    return exe;
  }

  /** What it builds on, if it does. */
  Optional<String> parent() {
    return parent;
  }

  long nrObjects() {
    return nrObjects;
  }

  long imageBytes() {
    return imageBytes;
  }

  /** With what it is sealed; "no" if it is not. */
  String sealed() {
    return seal.map(found -> found.kdf() == Seal.PASSPHRASE ? "passphrase" : "key file")
        .orElse("no");
  }

  /** What of its own pages is compressed, and how much that is; nothing if none is. */
  Optional<String> compressed() {
    return compression.codecs().isEmpty()
        ? Optional.empty()
        : Optional.of(
            "by "
                + String.join(", ", codecs())
                + ": "
                + Units.bytes(compression.pageBytes())
                + " of pages in "
                + Units.bytes(compression.storedBytes()));
  }

  private List<String> codecs() {
    return compression.codecs().stream()
        .sorted()
        .map(codec -> codec.name().toLowerCase(Locale.ROOT))
        .toList();
  }

  static Instant created(Header header) {
    long nanos = header.realtimeNanos();
    // To the second: people compare it with a clock.
    return Instant.ofEpochSecond(nanos / SECOND_NANOS);
  }

  static String prot(int prot) {
    return ((prot & 1) != 0 ? "r" : "-")
        + ((prot & 2) != 0 ? "w" : "-")
        + ((prot & 4) != 0 ? "x" : "-");
  }

  static String kind(VmaKind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String name(Vma vma) {
    ByteString name = vma.name();
    if (!name.isEmpty()) {
      return text(name);
    }
    return state.find(vma.backing()).map(ImageSummary::path).orElse("");
  }

  private static String path(ImageRecord file) {
    if (file instanceof GhostFile ghost) {
      return text(ghost.path()) + " (deleted)";
    }
    return file instanceof FileRef named ? text(named.path()) : "";
  }

  /** A name as people write it, if it is text; else with its bytes made visible. */
  static String text(ByteString name) {
    String text = name.utf8();
    return ByteString.of(text).equals(name) ? text : name.toString();
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
    JsonObject all = new JsonObject();
    all.put("image", image)
        .put("imageBytes", imageBytes)
        .put("objects", nrObjects)
        .put("sealed", sealed())
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
    parentJson.ifPresent(found -> all.put("parent", found));
    if (!compression.codecs().isEmpty()) {
      all.put(
          "compressed",
          new JsonObject()
              .put("codecs", codecs())
              .put("pageBytes", compression.pageBytes())
              .put("storedBytes", compression.storedBytes()));
    }
    return all;
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
