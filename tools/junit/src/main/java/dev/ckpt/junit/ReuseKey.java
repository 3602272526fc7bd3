package dev.ckpt.junit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;

/**
 * What must be the same for an image of an earlier run to be as good as a new one, in one number.
 */
final class ReuseKey {
  private static final int LETTERS = 16;

  private final MessageDigest digest;

  private ReuseKey() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Which helper it is, whatever it is made of: an image of what it was is of no use any more. */
  static String helper(HelperSpec spec) {
    ReuseKey key = new ReuseKey();
    key.add(spec.reuse().orElseThrow());
    spec.words().forEach(key::add);
    spec.ready().forEach(each -> key.add(host(each.getClass())));
    spec.warmUps().forEach(each -> key.add(host(each.getClass())));
    return key.letters();
  }

  /** That of a helper; the same on every machine with the same files. */
  static String of(HelperSpec spec) throws IOException {
    ReuseKey key = new ReuseKey();
    key.add(spec.reuse().orElseThrow());
    key.add(System.getProperty("os.version"));
    key.add(ReuseKey.class.getName() + " 1");
    for (String word : spec.words()) {
      key.add(word);
      for (String part : word.split("[:=]")) {
        key.addFile(part);
      }
    }
    String program = spec.words().get(0);
    if (!program.contains("/")) {
      for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
        key.addFile(folder + "/" + program);
      }
    }
    new TreeMap<>(spec.environment()).forEach((name, value) -> key.add(name + "=" + value));
    key.add(spec.folder().map(Path::toString).orElse(""));
    for (Object each : spec.ready()) {
      key.addClass(each.getClass());
    }
    for (Object each : spec.warmUps()) {
      key.addClass(each.getClass());
    }
    return key.letters();
  }

  private String letters() {
    return HexFormat.of().formatHex(digest.digest()).substring(0, LETTERS);
  }

  private void add(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    digest.update((bytes.length + ":").getBytes(UTF_8));
    digest.update(bytes);
  }

  /** A word may name one or not. */
  private void addFile(String name) throws IOException {
    Path file;
    try {
      file = Path.of(name);
    } catch (InvalidPathException e) {
      return;
    }
    if (name.contains("/") && Files.isRegularFile(file)) {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      add(name + " " + attributes.size() + " " + attributes.lastModifiedTime().toMillis());
    }
  }

  /** Of a lambda, which has no file, the class that it stands in. */
  private static String host(Class<?> type) {
    String name = type.getName();
    int lambda = name.indexOf("$$Lambda");
    return lambda < 0 ? name : name.substring(0, lambda);
  }

  private void addClass(Class<?> type) throws IOException {
    String host = host(type);
    add(host);
    String resource = "/" + host.replace('.', '/') + ".class";
    try (InputStream bytes = type.getResourceAsStream(resource)) {
      if (bytes == null) {
        throw new IOException(
            "the class " + host + " has no file: a helper cannot be reused by it");
      }
      digest.update(bytes.readAllBytes());
    }
  }
}
