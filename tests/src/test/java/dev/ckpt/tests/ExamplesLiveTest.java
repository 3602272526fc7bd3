package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of {@code tools/junit}, as a user runs them: by Maven, from the artifacts. */
@Tag("live")
class ExamplesLiveTest {
  /** NB: one program has both names, and only this one is in a package without a service. */
  private static final String REDIS = "redis-check-rdb";

  private static final Path EXAMPLE = Programs.root().resolve("tools/junit/examples/maven");
  private static final String LAST_MODULE = "tools/junit";
  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
  private static final Pattern ID = Pattern.compile("<artifactId>(ckpt[^<]*)</artifactId>");
  private static final Pattern VERSION = Pattern.compile("<version>([^<]+)</version>");

  @TempDir Path folder;
  private Path project;
  private Path repository;

  @BeforeEach
  void prepare() throws IOException {
    Programs.needed("mvn");
    project = copy(EXAMPLE, folder.resolve("project"));
    repository = folder.resolve("repository");
    publish();
    for (String each : List.of("bin", "tmp")) {
      Files.createDirectory(folder.resolve(each));
    }
    Optional<Path> redis = Programs.onPath("redis-server").or(() -> Programs.onPath(REDIS));
    if (redis.isPresent()) {
      Files.createSymbolicLink(folder.resolve("bin/redis-server"), redis.get());
    }
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : (Iterable<Path>) all::iterator) {
        if (!each.startsWith(from.resolve("target"))) {
          Files.copy(each, to.resolve(from.relativize(each)));
        }
      }
    }
    return to;
  }

  /** JUnit would warn of every single one when it deletes its folder. */
  @AfterEach
  void unlink() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.filter(Files::isSymbolicLink).toList()) {
        Files.delete(each);
      }
    }
  }

  /**
   * Makes a local repository that has our artifacts, as {@code mvn install} would, and for the rest
   * leads to the one that this build uses: so that nobody's own is changed, and little is fetched.
   */
  private void publish() throws IOException {
    Path dev = Files.createDirectories(repository.resolve("dev"));
    link(sharedRepository(), repository);
    link(sharedRepository().resolve("dev"), dev);
    Path group = Files.createDirectory(dev.resolve("ckpt"));
    publish(group, Programs.root());
    Matcher module = MODULE.matcher(Files.readString(Programs.root().resolve("pom.xml")));
    boolean last = false;
    while (!last && module.find()) {
      publish(group, Programs.root().resolve(module.group(1)));
      last = module.group(1).equals(LAST_MODULE);
    }
    assertTrue(last, LAST_MODULE);
  }

  private static void link(Path from, Path to) throws IOException {
    if (Files.isDirectory(from)) {
      try (Stream<Path> all = Files.list(from)) {
        for (Path each : (Iterable<Path>) all::iterator) {
          Path name = to.resolve(each.getFileName());
          if (!Files.exists(name) && !each.endsWith("dev/ckpt")) {
            Files.createSymbolicLink(name, each);
          }
        }
      }
    }
  }

  /** Where JUnit itself came from. */
  private static Path sharedRepository() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(each -> each.contains("/org/junit/jupiter/junit-jupiter-api/"))
        .map(each -> Path.of(each.substring(0, each.indexOf("/org/junit/jupiter/"))))
        .findFirst()
        .orElseThrow();
  }

  private static void publish(Path group, Path module) throws IOException {
    Path pom = module.resolve("pom.xml");
    String text = Files.readString(pom).replaceAll("(?s)<parent>.*</parent>", "");
    String id = first(ID, text);
    String version = first(VERSION, Files.readString(Programs.root().resolve("pom.xml")));
    Path to = Files.createDirectories(group.resolve(id).resolve(version));
    Files.copy(pom, to.resolve(id + "-" + version + ".pom"));
    if (!module.equals(Programs.root())) {
      Path jar = to.resolve(id + "-" + version + ".jar");
      Path classes = module.resolve("target/classes");
      StringWriter said = new StringWriter();
      PrintWriter out = new PrintWriter(said);
      String[] words = {"--create", "--file", jar.toString(), "-C", classes.toString(), "."};
      int code = ToolProvider.findFirst("jar").orElseThrow().run(out, out, words);
      assertEquals(0, code, said::toString);
    }
  }

  private static String first(Pattern pattern, String text) {
    Matcher found = pattern.matcher(text);
    assertTrue(found.find(), pattern.pattern());
    return found.group(1);
  }

  @Test
  void theyPassWithTheJunitThatWeAreCompiledAgainst() throws IOException {
    pass();
  }

  @Test
  void theyPassWithTheNextJunit() throws IOException {
    pass("-Djunit.version=6.1.3");
  }

  private void pass(String... options) throws IOException {
    String said = maven(options);
    // What could not be frozen, or did not come back, would pass as well.
    assertFalse(said.contains("ckpt: helper"), said);
    expectPassed("PythonTest", 4, said);
    expectPassed("JvmServiceTest", 7, said);
    if (Files.exists(folder.resolve("bin/redis-server"))) {
      expectPassed("RedisTest", 7, said);
    }
    try (Stream<Path> left = Files.list(folder.resolve("tmp"))) {
      assertEquals(List.of(), left.toList());
    }
    Await.until("the end of all", () -> within().isEmpty(), () -> within().toString());
  }

  private String maven(String... options) throws IOException {
    List<String> words = new ArrayList<>(List.of("mvn", "-q", "-B", "-ntp", "test"));
    words.add("-Dmaven.repo.local=" + repository);
    words.add("-DargLine=\"-Djava.io.tmpdir=" + folder.resolve("tmp") + "\"");
    words.add("-Dstyle.color=never");
    words.addAll(List.of(options));
    File output = folder.resolve("output").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(output);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().merge("PATH", "", (path, none) -> folder.resolve("bin") + ":" + path);
    Process process = builder.start();
    try {
      int code = process.waitFor();
      String said = Files.readString(output.toPath(), UTF_8);
      assertEquals(0, code, said);
      return said;
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new IOException("interrupted", e);
    }
  }

  private void expectPassed(String name, int tests, String said) throws IOException {
    Path report = project.resolve("target/surefire-reports/TEST-example." + name + ".xml");
    String suite = first(Pattern.compile("(?s)(<testsuite [^>]*>)"), Files.readString(report));
    for (String each : List.of("tests=\"" + tests, "errors=\"0", "skipped=\"0", "failures=\"0")) {
      assertTrue(suite.contains(" " + each + "\""), () -> suite + "\n" + said);
    }
  }

  /** Processes that are in our folder, as helpers are. */
  private List<String> within() {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(this::isWithin)
        .map(Object::toString)
        .toList();
  }

  private boolean isWithin(long pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd")).startsWith(folder);
    } catch (IOException e) {
      // It has ended.
      return false;
    }
  }
}
