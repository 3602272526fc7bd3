package dev.ckpt.tests.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ckpt.core.proc.FdInfo;
import dev.ckpt.core.proc.ProcFormatException;
import dev.ckpt.core.proc.ProcFs;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Every parser of a file of /proc: each static method in that package that takes the bytes of a
 * file, or what was found in fdinfo, or a word. They are looked up, so that none can be forgotten.
 */
final class ProcTargets {
  private static final List<Path> CAPTURED =
      List.of(
          Path.of("../ckpt-core/src/test/resources/proc"), Path.of("src/test/resources/fuzz/proc"));

  private static final int MAX_SEED_BYTES = 4096;

  /** Makes no value of a file but a mask for a call, from a mask of ours. */
  private static final List<String> NO_PARSERS = List.of("CpuList.ofMask");

  private ProcTargets() {}

  static List<FuzzTarget> all() throws IOException, ReflectiveOperationException {
    return of(type -> true);
  }

  /** Those of the classes of such names. */
  static List<FuzzTarget> of(Predicate<String> types)
      throws IOException, ReflectiveOperationException {
    List<FuzzTarget> all = new ArrayList<>();
    for (Method parser : parsers(types)) {
      parser.setAccessible(true);
      all.add(
          FuzzTarget.of(
              name(parser),
              ProcFormatException.class,
              () -> seeds(parser),
              input -> call(parser, input)));
    }
    return all;
  }

  private static String name(Method parser) {
    return "proc." + parser.getDeclaringClass().getSimpleName() + "." + parser.getName();
  }

  /** In the order of their names. */
  static List<Method> parsers(Predicate<String> types)
      throws IOException, ReflectiveOperationException {
    List<Method> parsers = new ArrayList<>();
    for (Class<?> type : classes(types)) {
      for (Method method : type.getDeclaredMethods()) {
        if (isParser(method)) {
          parsers.add(method);
        }
      }
    }
    parsers.sort(Comparator.comparing(ProcTargets::name));
    return parsers;
  }

  private static boolean isParser(Method method) {
    String name = method.getDeclaringClass().getSimpleName() + "." + method.getName();
    boolean ofInput =
        method.getParameterCount() == 1
            && (method.getParameterTypes()[0] == byte[].class
                || method.getParameterTypes()[0] == FdInfo.class);
    return Modifier.isStatic(method.getModifiers())
        && !Modifier.isPrivate(method.getModifiers())
        && !method.isSynthetic()
        && ofInput
        && !NO_PARSERS.contains(name);
  }

  /** Of a folder, or of a jar where Maven has packed one. */
  static List<Class<?>> classes(Predicate<String> types)
      throws IOException, ReflectiveOperationException {
    Path from = codeSource();
    if (Files.isDirectory(from)) {
      return classes(from, types);
    }
    try (FileSystem jar = FileSystems.newFileSystem(from)) {
      return classes(jar.getPath("/"), types);
    }
  }

  private static Path codeSource() throws IOException {
    try {
      return Path.of(ProcFs.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  private static List<Class<?>> classes(Path root, Predicate<String> types)
      throws IOException, ReflectiveOperationException {
    List<Class<?>> classes = new ArrayList<>();
    String name = ProcFs.class.getPackageName();
    try (Stream<Path> files = Files.list(root.resolve(name.replace('.', '/')))) {
      for (Path file : files.sorted().toList()) {
        String type = file.getFileName().toString().replaceFirst("\\.class$", "");
        String simple = type.substring(type.lastIndexOf('$') + 1);
        if (!type.equals("package-info") && types.test(simple)) {
          classes.add(Class.forName(name + "." + type));
        }
      }
    }
    return classes;
  }

  private static void call(Method parser, byte[] input) throws Throwable {
    try {
      Object argument = parser.getParameterTypes()[0] == FdInfo.class ? FdInfo.parse(input) : input;
      String.valueOf(parser.invoke(null, argument));
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** What was captured of a real task, of whatever file: a fuzzer finds out which is whose. */
  private static List<byte[]> seeds(Method parser) throws IOException {
    List<byte[]> taken = new ArrayList<>();
    taken.add("".getBytes(ISO_8859_1));
    for (Path folder : CAPTURED) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.sorted().toList()) {
          byte[] text = Files.readAllBytes(file);
          byte[] begin = Arrays.copyOf(text, Math.min(text.length, MAX_SEED_BYTES));
          if (isTaken(parser, begin)) {
            taken.add(begin);
          } else if (isTaken(parser, text)) {
            taken.add(text);
          }
        }
      }
    }
    return taken;
  }

  private static boolean isTaken(Method parser, byte[] text) throws IOException {
    try {
      call(parser, text);
      return true;
    } catch (ProcFormatException e) {
      return false;
    } catch (Throwable e) {
      throw new IOException(name(parser), e);
    }
  }
}
