package dev.ckpt.junit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the files of one instance are: in a temporary folder, or in one that stays for the next
 * runs and is ours alone as long as this is open.
 *
 * @param folder of all of them
 * @param lock on the one that stays
 */
record Place(Path folder, Optional<FileChannel> lock) implements AutoCloseable {
  /** Names a folder for images that are kept. */
  static final String REUSE_FOLDER = "ckpt.reuse.folder";

  /** A new one in a folder that somebody else deletes. */
  static Place in(Path base, int number) throws IOException {
    return new Place(
        Files.createDirectory(base.resolve(Integer.toString(number))), Optional.empty());
  }

  /** The first one of a helper that nobody has now. */
  static Place kept(HelperSpec spec) throws IOException {
    Path all =
        Path.of(
            System.getProperty(
                REUSE_FOLDER, System.getProperty("user.home") + "/.cache/ckpt/helpers"));
    Files.createDirectories(all);
    String helper = spec.name() + "-" + ReuseKey.helper(spec);
    String key = helper + "-" + ReuseKey.of(spec);
    dropOthers(all, helper, key);
    for (int i = 0; ; i++) {
      Path folder = all.resolve(key + "-" + i);
      if (!Files.exists(folder)) {
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      Optional<FileChannel> lock = lock(folder);
      if (lock.isPresent()) {
        return new Place(folder, lock);
      }
    }
  }

  /** Of what the helper was, such as an older build of its program, unless somebody uses it. */
  private static void dropOthers(Path all, String helper, String key) throws IOException {
    try (Stream<Path> folders = Files.list(all)) {
      for (Path each : folders.toList()) {
        String name = each.getFileName().toString();
        if (name.startsWith(helper + "-") && !name.startsWith(key + "-")) {
          Optional<FileChannel> lock = lock(each);
          if (lock.isPresent()) {
            FolderCopy.empty(each);
            Files.delete(each);
            lock.get().close();
          }
        }
      }
    }
  }

  private static Optional<FileChannel> lock(Path folder) throws IOException {
    FileChannel file =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = file.tryLock();
      if (lock != null) {
        return Optional.of(file);
      }
    } catch (OverlappingFileLockException e) {
      // Another instance of this JVM has it.
    }
    file.close();
    return Optional.empty();
  }

  /** The image of one that stays; only then. */
  Optional<Path> image() {
    return lock.map(held -> folder.resolve("image.ckpt"));
  }

  /** The port that is in the image. */
  Path port() {
    return folder.resolve("port");
  }

  @Override
  public void close() throws IOException {
    if (lock.isPresent()) {
      lock.get().close();
    }
  }
}
