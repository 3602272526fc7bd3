package dev.ckpt.cli.image;

import dev.ckpt.cli.text.Layout;
import dev.ckpt.cli.text.PhaseTable;
import dev.ckpt.cli.text.Table;
import dev.ckpt.cli.text.Units;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.Cred;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.Statistics;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.TaskThread;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaGuard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An image for people: what matters most comes first, and what is long is cut, unless all is asked
 * for.
 */
final class ImageText {
  private static final String MARGIN = "  ";
  private static final int NAME_COLUMNS = 10;
  private static final int MEMORY_ROWS = 10;
  private static final int FILE_ROWS = 12;
  private static final int THREAD_LINES = 3;

  /** The name of a phase of the dump in the statistics. */
  private static final Pattern PHASE = Pattern.compile("phase\\.(.+)Nanos");

  /** The name of any other time: it ends in its unit. */
  private static final Pattern NANOS = Pattern.compile("(.+?)\\.?[nN]anos");

  private final ImageSummary image;
  private final ImageState state;
  private final Layout layout;
  private final List<String> lines = new ArrayList<>();

  ImageText(ImageSummary image, Layout layout) {
    this.image = image;
    this.state = image.state();
    this.layout = layout;
  }

  /** The mappings of one file, or without any. */
  private static final class Group {
    private final String name;
    private long nrPages;
    private long mappedBytes;
    private int nrVmas;

    Group(String name) {
      this.name = name;
    }
  }

  List<String> lines() throws IOException {
    title();
    facts();
    memory();
    files();
    threads();
    if (layout.all()) {
      mappings();
      kinds();
      phases();
    }
    return lines;
  }

  private void title() throws IOException {
    Header header = state.header();
    Task task = state.task();
    String when = ImageSummary.created(header).toString().replace("T", " ").replace("Z", " UTC");
    lines.add(
        layout.heading(printable(task.comm().toString()) + ", process " + task.pid())
            + ", dumped on "
            + header.hostname()
            + ", "
            + when);
    lines.add("");
  }

  private void facts() throws IOException {
    Header header = state.header();
    Task task = state.task();
    image.commandLine().ifPresent(words -> fact("command", words));
    fact("program", image.exe());
    fact("folder", ImageSummary.text(task.cwd()));
    List<Cred> creds = state.all(Cred.class);
    if (!creds.isEmpty()) {
      fact("owner", "user " + creds.get(0).euid() + ", group " + creds.get(0).egid());
    }
    fact(
        "family",
        "parent " + task.ppid() + ", process group " + task.pgid() + ", session " + task.sid());
    fact("image", Units.bytes(image.imageBytes()) + ", " + count(image.nrObjects(), "object"));
    image.parent().ifPresent(text -> fact("upon", text));
    image.compressed().ifPresent(text -> fact("packed", text));
    if (!image.sealed().equals("no")) {
      fact("sealed", "with a " + image.sealed());
    }
    fact("id", header.uuid().toString());
    fact("made by", header.producer() + ", Linux " + header.kernelRelease());
    for (Statistics.Entry entry : image.statistics()) {
      String name = entry.name().toString();
      Matcher time = NANOS.matcher(name);
      if (time.matches() && !PHASE.matcher(name).matches()) {
        fact(time.group(1), Units.time(entry.value()));
      }
    }
  }

  private void fact(String name, String value) {
    String begin = MARGIN + name + " ".repeat(Math.max(1, NAME_COLUMNS - name.length()));
    lines.add(begin + layout.fit(printable(value), begin.length()));
  }

  private void section(String name, String summary) {
    lines.add("");
    lines.add(layout.heading(name) + ": " + summary);
  }

  private void rest(String text) {
    lines.add(MARGIN + text);
  }

  private void memory() {
    List<Group> groups = groups();
    long mappedBytes = groups.stream().mapToLong(group -> group.mappedBytes).sum();
    section(
        "memory",
        Units.pages(image.pages().all().data())
            + " in the image, "
            + Units.bytes(mappedBytes)
            + " mapped");
    int shown = layout.all() ? groups.size() : Math.min(groups.size(), MEMORY_ROWS);
    // One row is not worth a line that says there is one more.
    shown = groups.size() - shown == 1 ? groups.size() : shown;
    Table table = new Table(">IN IMAGE", ">MAPPED", ">MAPPINGS", "WHAT");
    for (Group group : groups.subList(0, shown)) {
      boolean mapped = group.nrVmas > 0;
      table.row(
          bytes(group.nrPages),
          mapped ? Units.bytes(group.mappedBytes) : "-",
          mapped ? Integer.toString(group.nrVmas) : "-",
          group.name);
    }
    lines.addAll(table.lines(layout, MARGIN));
    if (shown < groups.size()) {
      List<Group> hidden = groups.subList(shown, groups.size());
      long pages = hidden.stream().mapToLong(group -> group.nrPages).sum();
      rest("and " + hidden.size() + " more with " + bytes(pages) + "; -v shows them");
    }
  }

  private static String bytes(long nrPages) {
    return nrPages == 0 ? "-" : Units.bytes(nrPages * Limits.PAGE_SIZE);
  }

  /** What fills the image most comes first. */
  private List<Group> groups() {
    Map<String, Group> groups = new LinkedHashMap<>();
    for (PageStatistics.OfVma of : image.pages().vmas()) {
      String name = image.name(of.vma());
      Group group = groups.computeIfAbsent(name.isEmpty() ? "(anonymous)" : name, Group::new);
      group.nrPages += of.count().data();
      group.mappedBytes += of.vma().lenBytes();
      group.nrVmas++;
    }
    for (PageStatistics.OfObject of : image.pages().objects()) {
      groups.computeIfAbsent(of.name(), Group::new).nrPages += of.count().data();
    }
    List<Group> sorted = new ArrayList<>(groups.values());
    sorted.sort(
        Comparator.<Group>comparingLong(group -> group.nrPages)
            .thenComparingLong(group -> group.mappedBytes)
            .reversed());
    return sorted;
  }

  private void files() {
    List<OpenFileText> files = image.files();
    section("files", count(files.size(), "descriptor"));
    int shown = layout.all() ? files.size() : Math.min(files.size(), FILE_ROWS);
    shown = files.size() - shown == 1 ? files.size() : shown;
    Table table = new Table(">FD", "ACCESS", "KIND", ">OFFSET", "FILE");
    for (OpenFileText file : files.subList(0, shown)) {
      String access = layout.all() ? file.accessText() : file.access().replace("x", "");
      String offset = file.hasPos() ? Long.toString(file.pos()) : "-";
      table.row(file.fd(), access, file.kind(), offset, file.name() + sharedWith(file));
    }
    if (!files.isEmpty()) {
      lines.addAll(table.lines(layout, MARGIN));
    }
    if (shown < files.size()) {
      rest("and " + (files.size() - shown) + " more; -v shows them");
    }
  }

  private String sharedWith(OpenFileText file) {
    for (OpenFileText other : image.files()) {
      if (other.description() == file.description() && other.fd() < file.fd()) {
        return " (as " + other.fd() + ")";
      }
    }
    return "";
  }

  private void threads() {
    List<TaskThread> threads = state.threads();
    section("threads", Integer.toString(threads.size()));
    if (!layout.all()) {
      names(threads);
      return;
    }
    Table table = new Table(">TID", "NAME", ">BLOCKED SIGNALS", ">ALTSTACK", "RSEQ");
    for (TaskThread thread : threads) {
      table.row(
          thread.tid(),
          thread.comm(),
          Long.bitCount(thread.sigmask()),
          thread.altstackSize() == 0 ? "-" : Units.bytes(thread.altstackSize()),
          thread.rseqPtr() == 0 ? "-" : "yes");
    }
    lines.addAll(table.lines(layout, MARGIN));
  }

  /** As many names as go into a few lines. */
  private void names(List<TaskThread> threads) {
    StringBuilder line = new StringBuilder(MARGIN);
    int nrLines = 0;
    for (int i = 0; i < threads.size(); i++) {
      boolean last = i == threads.size() - 1;
      TaskThread thread = threads.get(i);
      String name = thread.tid() + " " + printable(thread.comm().toString()) + (last ? "" : ", ");
      if (line.length() + name.stripTrailing().length() > layout.columns()) {
        lines.add(line.toString().stripTrailing());
        line.setLength(MARGIN.length());
        if (++nrLines == THREAD_LINES) {
          rest("and " + (threads.size() - i) + " more; -v shows them");
          return;
        }
      }
      line.append(name);
    }
    lines.add(line.toString());
  }

  private void mappings() {
    section("mappings", Integer.toString(image.pages().vmas().size()));
    Table table = new Table("ADDRESS", "PROT", "KIND", ">SIZE", ">PAGES", ">ZERO", "WHAT");
    for (PageStatistics.OfVma of : image.pages().vmas()) {
      Vma vma = of.vma();
      table.row(
          Long.toHexString(vma.start()) + "-" + Long.toHexString(vma.end()),
          ImageSummary.prot(vma.prot()),
          ImageSummary.kind(vma.kind()),
          Units.bytes(vma.lenBytes()),
          of.count().data(),
          of.count().zero(),
          image.name(vma));
    }
    lines.addAll(table.lines(layout, MARGIN));
  }

  private void kinds() {
    PageStatistics pages = image.pages();
    section("kinds", "of mappings and other memory");
    Table table = new Table("KIND", ">NUMBER", ">MAPPED", ">PAGES", ">ZERO", ">IN IMAGE");
    for (PageStatistics.OfKind of : pages.kinds()) {
      String kind = ImageSummary.kind(of.kind());
      kind(table, kind, of.nrVmas(), Units.bytes(of.mappedBytes()), of.count());
    }
    for (PageStatistics.OfObject of : pages.objects()) {
      kind(table, of.what(), 1, Units.bytes(of.sizeBytes()), of.count());
    }
    List<VmaGuard> guards = state.all(VmaGuard.class);
    if (!guards.isEmpty()) {
      long guardBytes = guards.stream().mapToLong(VmaGuard::lenBytes).sum();
      table.row("guard region", guards.size(), Units.bytes(guardBytes), "-", "-", "-");
    }
    kind(table, "all", pages.vmas().size(), "", pages.all());
    lines.addAll(table.lines(layout, MARGIN));
  }

  private static void kind(
      Table table, String what, int number, String mapped, PageStatistics.Count count) {
    table.row(what, number, mapped, count.data(), count.zero(), bytes(count.data()));
  }

  /** Where the time of the dump went, as far as it was known when the image was written. */
  private void phases() {
    Map<String, Long> phases = new LinkedHashMap<>();
    for (Statistics.Entry entry : image.statistics()) {
      Matcher phase = PHASE.matcher(entry.name().toString());
      if (phase.matches()) {
        phases.put(phase.group(1), entry.value());
      }
    }
    if (!phases.isEmpty()) {
      section("phases", "of the dump, up to where the image was written");
      lines.addAll(PhaseTable.lines(phases));
    }
  }

  private static String count(long number, String one) {
    return Units.count(number, one);
  }

  private static String printable(String text) {
    return Units.printable(text);
  }
}
