package dev.ckpt.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The images of one watch, numbered, in a folder. Old ones go: when there are twice as many as
 * shall be kept, the last of those that need not be is made whole, and those before it are deleted.
 */
final class WatchFolder {
  private static final Pattern NAME = Pattern.compile("([0-9]{6,9})\\.ckpt");

  /** Makes an image stand on its own, in its place. */
  interface Merging {
    void merge(Path image) throws IOException;
  }

  private final Path folder;
  private final int keep;

  /** Those of this watch, the oldest first. */
  private final Deque<Path> images = new ArrayDeque<>();

  private final boolean made;
  private int number;

  private WatchFolder(Path folder, boolean made, int keep, int number) {
    this.folder = folder;
    this.made = made;
    this.keep = keep;
    this.number = number;
  }

  /**
   * Takes a folder, which is made if there is none. Images of an earlier watch stay as they are.
   *
   * @param keep how many images are kept at least
   */
  static WatchFolder open(Path folder, int keep) throws IOException {
    boolean made = !Files.isDirectory(folder);
    if (made) {
      Files.createDirectory(folder);
    }
    int last = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Iterator<Path> i = files.iterator(); i.hasNext(); ) {
        Matcher name = NAME.matcher(i.next().getFileName().toString());
        last = name.matches() ? Math.max(last, Integer.parseInt(name.group(1))) : last;
      }
    }
    return new WatchFolder(folder, made, keep, last);
  }

  /** Where the next image goes. */
  Path next() {
    return folder.resolve(String.format("%06d.ckpt", number + 1));
  }

  /** Says that it is there. */
  void add(Path image) {
    number++;
    images.add(image);
  }

  /** Takes the folder away again if it was made for nothing. */
  void closeUnused() throws IOException {
    if (made && number == 0) {
      Files.delete(folder);
    }
  }

  /** Those of this watch that are there. */
  int nrImages() {
    return images.size();
  }

  /** Folds old images if there are enough of them; says how many went. */
  int fold(Merging merging) throws IOException {
    if (images.size() < 2 * keep) {
      return 0;
    }
    int nrOld = images.size() - keep;
    Optional<Path> oldest = images.stream().skip(nrOld).findFirst();
    merging.merge(oldest.orElseThrow());
    for (int i = 0; i < nrOld; i++) {
      Files.deleteIfExists(images.remove());
    }
    return nrOld;
  }
}
