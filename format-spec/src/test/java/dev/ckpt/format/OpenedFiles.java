package dev.ckpt.format;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Opens files, and notes which, so that a test sees whether all of them were closed. */
final class OpenedFiles {
  private final List<Path> paths = new ArrayList<>();
  private final List<FileChannel> files = new ArrayList<>();

  private FileChannel open(Path path) throws IOException {
    FileChannel file = FileChannel.open(path);
    paths.add(path);
    files.add(file);
    return file;
  }

  /** Parents where they were when the images were made. */
  ParentFiles parents(KeySource keys) {
    return parents(Optional.empty(), keys);
  }

  /** The same, but beside an image first. */
  ParentFiles parents(Optional<Path> folder, KeySource keys) {
    return new ParentFiles(folder, this::open, keys);
  }

  /** What was opened, in that order. */
  List<Path> paths() {
    return paths;
  }

  /** How many of them are open. */
  long nrOpen() {
    return files.stream().filter(FileChannel::isOpen).count();
  }
}
