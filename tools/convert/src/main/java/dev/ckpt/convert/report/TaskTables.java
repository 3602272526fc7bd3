package dev.ckpt.convert.report;

import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileChrdev;
import dev.ckpt.format.record.FileTty;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.ObjectReference;
import dev.ckpt.format.record.TaskThread;
import dev.ckpt.format.record.Vma;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Threads and files. */
final class TaskTables {
  /** A table of more rows is cut: nobody reads them, and browsers slow down. */
  static final int MAX_ROWS = 20_000;

  private static final String FILE = "FILE_";

  private final Html html;
  private final ImageState state;
  private final PageWalk walk;

  TaskTables(Html html, ImageState state, PageWalk walk) {
    this.html = html;
    this.state = state;
    this.walk = walk;
  }

  void put() throws IOException {
    putThreads();
    putFiles();
  }

  /** The head of a table that can be sorted and searched; the row of names stays in view. */
  static void begin(Html html, String... columns) throws IOException {
    html.open("div", "class", "scroll").open("table").open("thead").open("tr");
    for (String column : columns) {
      boolean number = column.startsWith(">");
      String name = number ? column.substring(1) : column;
      html.element("th", name, "class", number ? "n" : "t", "scope", "col");
    }
    html.close("tr").close("thead").open("tbody");
  }

  static void end(Html html, int nrRows) throws IOException {
    html.close("tbody").close("table").close("div");
    if (nrRows > MAX_ROWS) {
      html.element(
          "p", Numbers.count(nrRows - MAX_ROWS, "more row") + " left out.", "class", "sub");
    }
  }

  private void putThreads() throws IOException {
    List<TaskThread> threads = state.threads();
    Map<Integer, CpuX86_64> cpus =
        state.all(CpuX86_64.class).stream()
            .collect(Collectors.toMap(CpuX86_64::tid, Function.identity(), (one, other) -> one));
    html.open("section", "id", "threads");
    html.element("h2", Numbers.count(threads.size(), "thread"));
    begin(html, ">tid", "name", "stands in", ">system call", ">stack in use");
    for (TaskThread thread : threads.subList(0, Math.min(threads.size(), MAX_ROWS))) {
      Optional<CpuX86_64> cpu = Optional.ofNullable(cpus.get(thread.tid()));
      html.open("tr").element("td", Integer.toString(thread.tid()), "class", "n");
      html.element("td", Html.text(thread.comm()));
      html.element("td", cpu.map(found -> place(found.rip())).orElse(""), "class", "m");
      html.element("td", cpu.map(TaskTables::systemCall).orElse(""), "class", "n");
      html.element("td", cpu.map(found -> stack(found.rsp())).orElse(""), "class", "n");
      html.close("tr");
    }
    end(html, threads.size());
    html.close("section");
  }

  private static String systemCall(CpuX86_64 cpu) {
    return cpu.origRax() < 0 ? "" : Long.toString(cpu.origRax());
  }

  private String place(long rip) {
    Optional<Vma> vma = walk.at(rip);
    return vma.map(found -> Names.of(found, state) + " + ").orElse("")
        + "0x"
        + Numbers.hex(vma.map(found -> rip - found.start() + found.pgoffBytes()).orElse(rip));
  }

  private String stack(long rsp) {
    return walk.at(rsp)
        .map(vma -> Numbers.bytes(vma.end() - rsp) + " of " + Numbers.bytes(vma.lenBytes()))
        .orElse("");
  }

  private void putFiles() throws IOException {
    List<Fd> fds = state.all(Fd.class);
    html.open("section", "id", "files");
    html.element("h2", Numbers.count(fds.size(), "descriptor"));
    begin(html, ">fd", "kind", "file", "with others");
    Map<Integer, Long> sharers =
        fds.stream().collect(Collectors.groupingBy(Fd::file, Collectors.counting()));
    for (Fd fd : fds.subList(0, Math.min(fds.size(), MAX_ROWS))) {
      Optional<ImageRecord> file = state.find(fd.file());
      long others = sharers.get(fd.file()) - 1;
      html.open("tr").element("td", Integer.toString(fd.fd()), "class", "n");
      html.element("td", file.map(TaskTables::kind).orElse(""));
      html.element("td", file.map(this::name).orElse(""), "class", "m");
      html.element("td", others == 0 ? "" : "the same as " + Numbers.count(others, "other"));
      html.close("tr");
    }
    end(html, fds.size());
    html.close("section");
  }

  private static String kind(ImageRecord file) {
    String kind = Names.lower(file.type());
    return kind.startsWith("file ") ? kind.substring(FILE.length()) : kind;
  }

  private String name(ImageRecord file) {
    if (file instanceof FileChrdev device) {
      return Html.text(device.path());
    }
    if (file instanceof FileTty tty) {
      return Html.text(tty.path());
    }
    for (ObjectReference to : file.references()) {
      String name = state.find(to.objref()).map(Names::of).orElse("");
      if (!name.isEmpty()) {
        return name;
      }
    }
    return "";
  }
}
