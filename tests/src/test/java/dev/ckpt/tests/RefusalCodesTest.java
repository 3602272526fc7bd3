package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** docs/state.md explains every code that a refusal can have, and none that there is not. */
class RefusalCodesTest {
  private static final List<String> MODULES =
      List.of("format-spec", "ckpt-core", "ckpt-mem", "rstr", "backends/vm-readv", "tools/cli");
  private static final Pattern CODE = Pattern.compile("[A-Z][A-Z0-9]*(_[A-Z0-9]+)*");

  /** Methods whose first text argument, or second after a condition, is a code. */
  private static final Set<String> METHODS = Set.of("refuse", "refused", "refusal", "add", "addIf");

  /** Every code with the file that uses it. */
  private static Map<String, Path> codes() throws IOException {
    Map<String, Path> codes = new TreeMap<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Path root = Programs.root();
    for (String module : MODULES) {
      try (Stream<Path> walk = Files.walk(root.resolve(module).resolve("src/main/java"));
          StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
        Path[] sources =
            walk.filter(path -> path.toString().endsWith(".java")).toArray(Path[]::new);
        JavacTask task =
            (JavacTask)
                compiler.getTask(
                    null,
                    files,
                    null,
                    List.of("-proc:none"),
                    null,
                    files.getJavaFileObjects(sources));
        for (CompilationUnitTree unit : task.parse()) {
          unit.accept(new Refusals(Path.of(unit.getSourceFile().toUri())), codes);
        }
      }
    }
    return codes;
  }

  @Test
  void everyCodeIsExplained() throws IOException {
    Map<String, Path> codes = codes();
    assertTrue(codes.size() > 50, "only " + codes.keySet());
    Set<String> explained = explained();
    Map<String, Path> unknown = new TreeMap<>(codes);
    unknown.keySet().removeAll(explained);
    assertEquals(Map.of(), unknown, "not in docs/state.md");
  }

  /** Codes stand in a table of their own, first in their row. */
  @Test
  void noCodeIsExplainedThatThereIsNot() throws IOException {
    Set<String> rows = new TreeSet<>();
    for (String line : Files.readAllLines(document(), UTF_8)) {
      Matcher first = Pattern.compile("\\| `(" + CODE + ")` \\|.*").matcher(line);
      if (first.matches()) {
        rows.add(first.group(1));
      }
    }
    Set<String> spoken = new TreeSet<>(rows);
    Set<String> texts = texts();
    spoken.removeIf(texts::contains);
    assertEquals(Set.of(), spoken, "no source has them");
  }

  private static Set<String> explained() throws IOException {
    Set<String> words = new TreeSet<>();
    Matcher code = Pattern.compile("`(" + CODE + ")`").matcher(Files.readString(document(), UTF_8));
    while (code.find()) {
      words.add(code.group(1));
    }
    return words;
  }

  /** Everything in capitals between quotes: codes come from expressions too. */
  private static Set<String> texts() throws IOException {
    Set<String> texts = new TreeSet<>();
    for (String module : MODULES) {
      try (Stream<Path> walk =
          Files.walk(Programs.root().resolve(module).resolve("src/main/java"))) {
        for (Path path : walk.filter(file -> file.toString().endsWith(".java")).toList()) {
          Matcher text =
              Pattern.compile("\"(" + CODE + ")\"").matcher(Files.readString(path, UTF_8));
          while (text.find()) {
            texts.add(text.group(1));
          }
        }
      }
    }
    return texts;
  }

  private static Path document() {
    return Programs.root().resolve("docs/state.md");
  }

  /** Collects the codes of one file. */
  private static final class Refusals extends TreeScanner<Void, Map<String, Path>> {
    private final Path file;

    Refusals(Path file) {
      this.file = file;
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Map<String, Path> codes) {
      Tree method = call.getMethodSelect();
      String name =
          method instanceof MemberSelectTree
              ? ((MemberSelectTree) method).getIdentifier().toString()
              : ((IdentifierTree) method).getName().toString();
      if (METHODS.contains(name)) {
        call.getArguments().forEach(argument -> take(argument, codes));
      }
      return super.visitMethodInvocation(call, codes);
    }

    @Override
    public Void visitNewClass(NewClassTree made, Map<String, Path> codes) {
      if (made.getIdentifier().toString().equals("Refusal")) {
        take(made.getArguments().get(0), codes);
      }
      return super.visitNewClass(made, codes);
    }

    private void take(ExpressionTree argument, Map<String, Path> codes) {
      if (argument instanceof ConditionalExpressionTree) {
        take(((ConditionalExpressionTree) argument).getTrueExpression(), codes);
        take(((ConditionalExpressionTree) argument).getFalseExpression(), codes);
      } else if (argument instanceof LiteralTree) {
        Object value = ((LiteralTree) argument).getValue();
        if (value instanceof String && CODE.matcher((String) value).matches()) {
          codes.putIfAbsent((String) value, file);
        }
      }
    }
  }
}
