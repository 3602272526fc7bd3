package dev.ckpt.core.checkpoint;

import dev.ckpt.core.kernel.FileStat;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;

/**
 * Which of the named files that a task uses go into the image with their content, so that a restore
 * can make them again when they are gone.
 *
 * @param temporary whether small files in the folders for temporary files do: what a program keeps
 *     there is seldom there when it comes back, such as a JVM's hsperfdata, which the next JVM
 *     removes
 * @param globs patterns of further paths, as {@link java.nio.file.FileSystem#getPathMatcher} has
 *     them
 */
public record EmbedRule(boolean temporary, List<String> globs) {
  /** Small temporary files and no others. */
  public static final EmbedRule TEMPORARY = new EmbedRule(true, List.of());

  /** No file. */
  public static final EmbedRule NONE = new EmbedRule(false, List.of());

  /** A temporary file of more bytes needs a pattern. */
  static final long MAX_TEMPORARY_BYTES = 1 << 20;

  private static final List<String> FOLDERS = List.of("/tmp/", "/var/tmp/", "/dev/shm/");

  /**
   * Checks the patterns.
   *
   * @throws java.util.regex.PatternSyntaxException if one is none
   */
  public EmbedRule {
    globs = List.copyOf(globs);
    globs.forEach(EmbedRule::matcher);
  }

  private static PathMatcher matcher(String glob) {
    return FileSystems.getDefault().getPathMatcher("glob:" + glob);
  }

  /** Whether a pattern asks for a file. */
  boolean names(String path) {
    Path seen = asPath(path);
    return globs.stream().anyMatch(glob -> matcher(glob).matches(seen));
  }

  private static Path asPath(String path) {
    try {
      return Path.of(path);
    } catch (InvalidPathException e) {
      // In the POSIX locale a JVM has no paths but those of ASCII; stars still match the rest.
      return Path.of(path.replaceAll("[^\\x01-\\x7f]", "_"));
    }
  }

  /** Whether a file is small and among temporary ones. */
  boolean isTemporary(String path, FileStat stat) {
    return temporary
        && stat.size() <= MAX_TEMPORARY_BYTES
        && FOLDERS.stream().anyMatch(path::startsWith);
  }
}
