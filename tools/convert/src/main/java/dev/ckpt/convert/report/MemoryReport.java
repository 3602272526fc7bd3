package dev.ckpt.convert.report;

import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Statistics;
import dev.ckpt.format.record.Task;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Writes a page of HTML about an image: its address space and what fills it, threads, files, and
 * where the time of the dump went.
 *
 * <p>The page is one file. It loads nothing, and its policy (CSP) lets no script run but the one
 * that is in it; without scripts all but sorting and searching is there. What an image says is
 * shown as text, whoever made it.
 *
 * <p>The image is read twice, for it is not known before how much of a picture a mapping takes.
 */
public final class MemoryReport {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final ImageState state;
  private final Html html;
  private final PageWalk walk;
  private final PageCounts counts;
  private final AddressMap map;
  private final Optional<Statistics> statistics;

  /**
   * What was written.
   *
   * @param nrMappings how many mappings the image has
   * @param presentPages how many of their pages are in it or in its parents
   */
  public record Result(int nrMappings, long presentPages) {}

  private MemoryReport(
      ImageState state,
      Html html,
      PageWalk walk,
      PageCounts counts,
      AddressMap map,
      Optional<Statistics> statistics) {
    this.state = state;
    this.html = html;
    this.walk = walk;
    this.counts = counts;
    this.map = map;
    this.statistics = statistics;
  }

  /**
   * Writes one.
   *
   * @param name what people call the image
   * @param imageBytes its size
   * @throws dev.ckpt.error.CorruptImageException if the image is damaged or contradicts itself
   */
  public static Result write(ImageFile image, String name, long imageBytes, OutputStream out)
      throws IOException {
    try (ImageReader first = image.reader()) {
      ImageState state = ImageState.read(first);
      PageWalk walk = new PageWalk(state);
      PageCounts counts = new PageCounts(walk.vmas());
      Optional<Statistics> statistics = walk.walk(first, counts);
      first.requireEnd();
      AddressMap map = new AddressMap(walk.vmas(), counts);
      try (ImageReader second = image.reader()) {
        ImageState again = ImageState.read(second);
        walk.walk(second, map);
        Html html = new Html(out);
        new MemoryReport(again, html, walk, counts, map, statistics).put(name, imageBytes);
        html.flush();
      }
      return new Result(walk.vmas().size(), presentPages(counts));
    }
  }

  private static long presentPages(PageCounts counts) {
    long present = 0;
    for (Kind kind : Kind.values()) {
      present += kind == Kind.ABSENT ? 0 : counts.all(kind);
    }
    return present;
  }

  private void put(String name, long imageBytes) throws IOException {
    String style = resource("report.css");
    String script = resource("report.js");
    Task task = state.task();
    String comm = Html.text(task.comm());
    html.raw("<!DOCTYPE html>\n").open("html", "lang", "en");
    html.open("head").empty("meta", "charset", "utf-8");
    html.empty(
        "meta",
        "http-equiv",
        "Content-Security-Policy",
        "content",
        "default-src 'none'; base-uri 'none'; form-action 'none'; style-src "
            + hash(style)
            + "; script-src "
            + hash(script));
    html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    html.empty("meta", "name", "color-scheme", "content", "light dark");
    html.element("title", comm + " " + task.pid() + ": checkpoint");
    html.open("style").raw(style).close("style").close("head");
    html.open("body").open("main");
    putHead(name, imageBytes, comm);
    MemoryFigures memory = new MemoryFigures(html, state, walk, counts, map);
    memory.putOverview();
    memory.putMap();
    memory.putLargest();
    new TimeFigure(html).put(statistics);
    new TaskTables(html, state, walk).put();
    memory.putMappings();
    html.close("main").open("script").raw(script).close("script").close("body").close("html");
    html.raw("\n");
  }

  private void putHead(String name, long imageBytes, String comm) throws IOException {
    Task task = state.task();
    html.open("header").open("h1").text(comm + " ").element("small", "process " + task.pid());
    html.close("h1");
    long millis = TimeUnit.NANOSECONDS.toMillis(state.header().realtimeNanos());
    html.element(
        "p",
        "Checkpoint of "
            + TIME.format(Instant.ofEpochMilli(millis))
            + " on "
            + Html.text(state.header().hostname())
            + ", Linux "
            + Html.text(state.header().kernelRelease()),
        "class",
        "sub");
    html.open("dl", "class", "tiles");
    putTile(Numbers.bytes(presentPages(counts) * Limits.PAGE_SIZE), "of memory kept");
    putTile(Numbers.bytes(imageBytes), "image");
    putTile(Integer.toString(walk.vmas().size()), "mappings");
    putTile(Integer.toString(state.threads().size()), "threads");
    putTile(Integer.toString(state.all(Fd.class).size()), "descriptors");
    Optional<Long> frozen = TimeFigure.frozenNanos(statistics);
    if (frozen.isPresent()) {
      putTile(Numbers.time(frozen.get()), "frozen");
    }
    html.close("dl");
    html.open("dl", "class", "facts");
    putFact("image", name);
    ImageRecord program = state.get(state.mm().exeFile(), ImageRecord.class);
    putFact("program", Names.of(program));
    putFact("folder", Html.text(task.cwd()));
    putFact("id", state.header().uuid().toString());
    html.close("dl").close("header");
  }

  private void putTile(String number, String what) throws IOException {
    html.open("div").element("dt", what).element("dd", number).close("div");
  }

  private void putFact(String what, String value) throws IOException {
    html.open("div").element("dt", what).element("dd", value).close("div");
  }

  private static String resource(String name) throws IOException {
    try (var in = MemoryReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not beside its class");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** By which a browser knows that a script or a style sheet is the one that was meant. */
  private static String hash(String content) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** What may be told of the kinds that there are. */
  static List<Kind> kindsOf(PageCounts counts) {
    return List.of(Kind.values()).stream().filter(kind -> counts.all(kind) > 0).toList();
  }
}
