package dev.ckpt.cli;

import dev.ckpt.cli.args.Spec;
import dev.ckpt.cli.args.UsageException;
import dev.ckpt.cli.image.HitText;
import dev.ckpt.cli.image.PageText;
import dev.ckpt.cli.text.JsonList;
import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Layout;
import dev.ckpt.cli.text.Units;
import dev.ckpt.convert.memory.Addresses;
import dev.ckpt.convert.memory.Area;
import dev.ckpt.convert.memory.ImageMemory;
import dev.ckpt.convert.memory.MemoryReader;
import dev.ckpt.convert.memory.MemorySink;
import dev.ckpt.convert.memory.PageFinder;
import dev.ckpt.convert.memory.SearchWindow;
import dev.ckpt.convert.memory.StringScan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** What is asked of the memory of an image: a page, its strings, where some bytes are. */
final class MemoryLook {
  private static final String PAGE = "--page";
  private static final String STRINGS = "--strings";
  private static final String SEARCH = "--search";
  private static final String SEARCH_HEX = "--search-hex";
  private static final String IN = "--in";
  private static final int USUAL_LEAST = 4;

  /** What Java makes of bytes that are not UTF-8. */
  private static final String REPLACEMENT = "\ufffd";

  private final Optional<Long> page;
  private final Optional<Integer> strings;
  private final Optional<byte[]> search;
  private final boolean hex;
  private final Optional<String> in;

  private long found;

  private MemoryLook(ParseResult arguments) throws UsageException {
    page = address(Spec.value(arguments, PAGE));
    strings = least(Spec.value(arguments, STRINGS));
    hex = arguments.hasMatchedOption(SEARCH_HEX);
    search =
        hex
            ? Optional.of(hexBytes(Spec.value(arguments, SEARCH_HEX).orElseThrow()))
            : textBytes(Spec.value(arguments, SEARCH));
    in = Spec.value(arguments, IN);
  }

  /** The options of it. */
  static void addTo(CommandSpec spec) {
    spec.addOption(
            Spec.value(
                "ADDR",
                "Show the page that has this address, in hex: what it is, and its bytes. -v shows"
                    + " lines that are repeated.",
                PAGE))
        .addOption(
            Spec.optionalValue(
                "MIN",
                "Show the strings in memory of MIN characters or more, 4 if it is not given.",
                STRINGS))
        .addOption(
            Spec.value(
                "TEXT", "Show where this text is in memory; ends with 4 if it is nowhere.", SEARCH))
        .addOption(Spec.value("HEX", "The same of bytes, as hex digits: 7f454c46.", SEARCH_HEX))
        .addOption(
            Spec.value(
                "MAPPING",
                "Look only there: a name such as heap, stack or libc.so.6, an address of it, or a"
                    + " memory object.",
                IN));
  }

  /** What is asked; empty if nothing is. */
  static Optional<MemoryLook> of(ParseResult arguments) throws UsageException {
    List<String> asked =
        Stream.of(PAGE, STRINGS, SEARCH, SEARCH_HEX).filter(arguments::hasMatchedOption).toList();
    if (asked.size() > 1) {
      throw new UsageException("one thing at a time: " + String.join(" or ", asked));
    }
    if (asked.isEmpty() && arguments.hasMatchedOption(IN)) {
      throw new UsageException(
          IN + " belongs to " + String.join(", ", PAGE, STRINGS, SEARCH, SEARCH_HEX));
    }
    return asked.isEmpty() ? Optional.empty() : Optional.of(new MemoryLook(arguments));
  }

  private static Optional<Long> address(Optional<String> text) throws UsageException {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<Long> address = Addresses.parse(text.get());
    if (address.isEmpty()) {
      throw new UsageException("'" + text.get() + "' is no address: give hex digits, as in maps");
    }
    return address;
  }

  private static Optional<Integer> least(Optional<String> text) throws UsageException {
    if (text.isEmpty() || text.get().isEmpty()) {
      return text.map(none -> USUAL_LEAST);
    }
    boolean number = text.get().matches("[0-9]{1,4}");
    int least = number ? Integer.parseInt(text.get()) : 0;
    if (least < 1 || least > StringScan.MAX_LEAST) {
      throw new UsageException(
          "'" + text.get() + "' is no length of a string: give 1 to " + StringScan.MAX_LEAST);
    }
    return Optional.of(least);
  }

  private static Optional<byte[]> textBytes(Optional<String> text) throws UsageException {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (text.get().contains(REPLACEMENT)) {
      throw new UsageException("the text to search for is not UTF-8: give " + SEARCH_HEX);
    }
    return Optional.of(checked(text.get().getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] hexBytes(String text) throws UsageException {
    try {
      return checked(HexFormat.of().parseHex(text.replace(" ", "")));
    } catch (IllegalArgumentException e) {
      throw new UsageException("'" + text + "' is no bytes: give two hex digits for each");
    }
  }

  private static byte[] checked(byte[] bytes) throws UsageException {
    if (bytes.length == 0 || bytes.length > SearchWindow.MAX_BYTES) {
      throw new UsageException(
          "give 1 to " + SearchWindow.MAX_BYTES + " bytes to search for, not " + bytes.length);
    }
    int or = 0;
    for (byte each : bytes) {
      or |= each;
    }
    if (or == 0) {
      throw new UsageException("zeros are everywhere: give a byte that is none");
    }
    return bytes;
  }

  /** Looks, and tells; returns the exit code. */
  int run(String image, ImageMemory memory, Report report, Layout layout) throws IOException {
    return page.isPresent()
        ? page(image, memory, report, layout)
        : all(image, memory, report, layout);
  }

  private int page(String image, ImageMemory memory, Report report, Layout layout)
      throws IOException {
    long addr = page.orElseThrow();
    PageFinder finder = new PageFinder(memory);
    PageText text =
        new PageText(in.isPresent() ? finder.in(in.get(), addr) : finder.at(addr), memory.state());
    text.lines(layout, addr, report.verbose()).forEach(report::line);
    if (report.wantsJson()) {
      report.result(text.json(image));
    }
    return text.hasBytes() ? ExitCode.DONE : ExitCode.NOT_FOUND;
  }

  private int all(String image, ImageMemory memory, Report report, Layout layout)
      throws IOException {
    List<Area> areas = in.isPresent() ? memory.areas(in.get()) : memory.areas();
    HitText text = new HitText(memory, layout, hex);
    Optional<JsonList> json =
        report.list(
            new JsonObject().put("image", image), search.isPresent() ? "matches" : "strings");
    MemorySink sink =
        search.isPresent()
            ? searching(search.get(), text, report, json, layout)
            : new StringScan(
                strings.orElseThrow(),
                string -> {
                  found++;
                  report.line(text.line(string));
                  json.ifPresent(list -> list.add(text.json(string)));
                },
                report::goesOn);
    MemoryReader reader = new MemoryReader(memory, sink);
    for (Area area : areas) {
      reader.read(area);
      if (!report.goesOn()) {
        // Nobody reads any more what is found: whoever closes the report says so.
        return ExitCode.DONE;
      }
    }
    json.ifPresent(
        list ->
            list.end(
                new JsonObject()
                    .put("found", found)
                    .put("searchedBytes", reader.dataBytes())
                    .put("fileBytes", reader.fileBytes())));
    note(report, reader);
    return search.isPresent() && found == 0 ? ExitCode.NOT_FOUND : ExitCode.DONE;
  }

  private MemorySink searching(
      byte[] bytes, HitText text, Report report, Optional<JsonList> json, Layout layout) {
    int before = HitText.bytesBefore(layout, hex);
    int after = Math.max(0, HitText.bytes(layout, hex) - before - bytes.length);
    return new SearchWindow(
        bytes,
        before,
        after,
        match -> {
          found++;
          report.line(text.line(match, bytes.length));
          json.ifPresent(list -> list.add(text.json(match)));
        },
        report::goesOn);
  }

  private void note(Report report, MemoryReader reader) {
    String none = found == 0 ? "nothing found in " + Units.bytes(reader.dataBytes()) : "";
    String files =
        reader.fileBytes() == 0
            ? ""
            : Units.bytes(reader.fileBytes())
                + " of mapped files are not in the image, and were not looked at";
    if (!none.isEmpty() || !files.isEmpty()) {
      report.note(none + (none.isEmpty() || files.isEmpty() ? "" : "; ") + files);
    }
  }
}
