package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The house rules that no other tool in the build looks after, checked on the sources. */
class TidyTest {
  private static final int MAX_FILE_LINES = 500;
  private static final int MAX_METHOD_LINES = 70;
  private static final int MAX_LINE_CHARS = 100;

  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
  private static final Pattern LEFT_OVER = Pattern.compile("\\b(FIX" + "ME|TO" + "DO|XX" + "X)\\b");
  private static final Pattern SLEEP =
      Pattern.compile("\\bThread\\s*\\.\\s*sleep\\b|\\bTimeUnit\\.\\w+\\.sleep\\b");

  /** A source file: where it is from the root, and its lines. */
  private record Source(Path path, List<String> lines) {
    boolean isMain() {
      return path.toString().contains("/src/main/java/");
    }

    boolean isIn(String folder) {
      return path.getParent().endsWith(folder);
    }

    String simpleName() {
      return path.getFileName().toString().replace(".java", "");
    }
  }

  private static final List<Source> SOURCES = new ArrayList<>();
  private static Path root;

  @BeforeAll
  static void readSources() throws IOException {
    root = findRoot();
    Matcher module = MODULE.matcher(Files.readString(root.resolve("pom.xml")));
    while (module.find()) {
      List<Path> files = javaFiles(root.resolve(module.group(1)).resolve("src"));
      boolean none =
          ArchitectureTest.NOT_WRITTEN_YET.contains(module.group(1))
              || ArchitectureTest.GENERATED.contains(module.group(1));
      assertEquals(
          none,
          files.isEmpty(),
          module.group(1) + ": sources are there, or it is on NOT_WRITTEN_YET, never both");
      for (Path file : files) {
        SOURCES.add(new Source(root.relativize(file), Files.readAllLines(file, UTF_8)));
      }
    }
    assertFalse(SOURCES.isEmpty());
  }

  @Test
  void noFileIsTooLong() {
    assertNone(
        "over " + MAX_FILE_LINES + " lines",
        SOURCES.stream()
            .filter(source -> source.lines().size() > MAX_FILE_LINES)
            .map(source -> source.path() + ": " + source.lines().size()));
  }

  @Test
  void noMethodIsTooLong() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> found = new ArrayList<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
      Path[] paths =
          SOURCES.stream().map(source -> root.resolve(source.path())).toArray(Path[]::new);
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, List.of("-proc:none"), null, files.getJavaFileObjects(paths));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        unit.accept(new LongMethods(unit, positions), found);
      }
    }
    assertNone("over " + MAX_METHOD_LINES + " lines", found.stream());
  }

  @Test
  void nothingIsLeftOver() {
    assertNoLine("left over", (source, line) -> LEFT_OVER.matcher(line).find());
  }

  @Test
  void mainCodeNeverSleeps() {
    assertNoLine("sleeps", (source, line) -> source.isMain() && SLEEP.matcher(line).find());
  }

  @Test
  void noLineIsTooLong() {
    assertNoLine(
        "over " + MAX_LINE_CHARS + " characters",
        (source, line) -> line.length() > MAX_LINE_CHARS && !line.startsWith("import "));
  }

  @Test
  void noTabs() {
    assertNoLine("has a tab", (source, line) -> line.indexOf('\t') >= 0);
  }

  @Test
  void everyPackageSaysWhatItIsFor() {
    assertNone(
        "has no package-info.java",
        SOURCES.stream()
            .filter(Source::isMain)
            .map(source -> source.path().getParent())
            .distinct()
            .filter(folder -> !Files.exists(root.resolve(folder).resolve("package-info.java")))
            .map(Path::toString));
  }

  @Test
  void everyRecordIsInTheSpec() throws IOException {
    String spec = Files.readString(root.resolve("format-spec/SPEC.md"));
    List<Source> records =
        SOURCES.stream()
            .filter(source -> source.isMain() && source.isIn("dev/ckpt/format/record"))
            .filter(TidyTest::isRecord)
            .toList();
    assertFalse(records.isEmpty(), "no records were found");
    assertNone(
        "is not in format-spec/SPEC.md",
        records.stream()
            .map(Source::simpleName)
            .filter(name -> !Pattern.compile("\\b" + name + "\\b").matcher(spec).find()));
  }

  /** What stands in a stream; helpers of the codec are records too. */
  private static boolean isRecord(Source source) {
    Pattern declaration = Pattern.compile("\\bimplements ImageRecord\\b");
    return source.lines().stream().anyMatch(line -> declaration.matcher(line).find());
  }

  private static void assertNoLine(String what, BiPredicate<Source, String> is) {
    List<String> found = new ArrayList<>();
    for (Source source : SOURCES) {
      for (int i = 0; i < source.lines().size(); i++) {
        if (is.test(source, source.lines().get(i))) {
          found.add(source.path() + ":" + (i + 1));
        }
      }
    }
    assertNone(what, found.stream());
  }

  private static void assertNone(String what, Stream<String> findings) {
    List<String> found = findings.toList();
    if (!found.isEmpty()) {
      fail(what + ":\n  " + String.join("\n  ", found));
    }
  }

  private static List<Path> javaFiles(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  /** The tests run in their module's folder; an editor may start them elsewhere in the tree. */
  private static Path findRoot() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve("format-spec"))) {
      folder = folder.getParent();
      assertTrue(folder != null, "started outside of the source tree");
    }
    return folder;
  }

  /** Adds each long method of one file to a list. */
  private static final class LongMethods extends TreeScanner<Void, List<String>> {
    private final CompilationUnitTree unit;
    private final SourcePositions positions;

    LongMethods(CompilationUnitTree unit, SourcePositions positions) {
      this.unit = unit;
      this.positions = positions;
    }

    @Override
    public Void visitMethod(MethodTree method, List<String> found) {
      LineMap map = unit.getLineMap();
      long first = map.getLineNumber(positions.getStartPosition(unit, method));
      long last = map.getLineNumber(positions.getEndPosition(unit, method));
      if (last - first + 1 > MAX_METHOD_LINES) {
        found.add(
            root.relativize(Path.of(unit.getSourceFile().toUri()))
                + ":"
                + first
                + " "
                + method.getName()
                + ", "
                + (last - first + 1));
      }
      return super.visitMethod(method, found);
    }
  }
}
