package dev.ckpt.junit;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of a helper's own folder as they were when it was frozen. A file that is there still is
 * written over in place, for the helper has it open perhaps; with its old time, by which a restore
 * sees that it is unchanged.
 */
final class FolderCopy {
  private FolderCopy() {}

  /** Takes everything out of a folder. */
  static void empty(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> deepestFirst =
          all.filter(each -> !each.equals(folder)).sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.delete(each);
      }
    }
  }

  /** Copies a folder to where nothing is, or an older copy. */
  static void keep(Path folder, Path copy) throws IOException {
    if (Files.exists(copy)) {
      empty(copy);
      Files.delete(copy);
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : (Iterable<Path>) all::iterator) {
        Path to = copy.resolve(folder.relativize(each));
        if (isPlain(each)) {
          Files.copy(each, to, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        }
      }
    }
  }

  /** Sockets, pipes and the like are the business of the restore. */
  private static boolean isPlain(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
        || Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
        || Files.isSymbolicLink(path);
  }

  /** Makes a folder as the copy is. */
  static void putBack(Path copy, Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        boolean wasThere =
            Files.exists(copy.resolve(folder.relativize(each)), LinkOption.NOFOLLOW_LINKS);
        if (!wasThere && isPlain(each)) {
          Files.delete(each);
        }
      }
    }
    Files.walkFileTree(
        copy,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path kept, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(folder.resolve(copy.relativize(kept)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path kept, BasicFileAttributes attributes)
              throws IOException {
            putBack(kept, attributes, folder.resolve(copy.relativize(kept)));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void putBack(Path kept, BasicFileAttributes then, Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || !then.isRegularFile()) {
      Files.deleteIfExists(file);
      Files.copy(kept, file, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
      return;
    }
    BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
    if (now.size() == then.size() && now.lastModifiedTime().equals(then.lastModifiedTime())) {
      return;
    }
    try (var from = Files.newByteChannel(kept);
        var to =
            Files.newByteChannel(
                file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      java.nio.channels.Channels.newInputStream(from)
          .transferTo(java.nio.channels.Channels.newOutputStream(to));
    }
    Files.setLastModifiedTime(file, then.lastModifiedTime());
  }
}
