package dev.ckpt.format;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.record.ParentImage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Finds parent images beside the image that was named, for folders are moved, or else where they
 * were when the images were made. Only the one with the right UUID is taken.
 */
public final class ParentFiles implements ParentSource {
  /** Opens a file to read, or refuses to. */
  @FunctionalInterface
  public interface Opener {
    /** Opens it. */
    FileChannel open(Path path) throws IOException;
  }

  private final Optional<Path> folder;
  private final Opener opener;
  private final KeySource keys;

  /**
   * Finds them.
   *
   * @param folder of the image that was named; none of what comes through a pipe
   * @param keys asked for the key of a sealed one
   */
  public ParentFiles(Optional<Path> folder, Opener opener, KeySource keys) {
    this.folder = folder;
    this.opener = opener;
    this.keys = keys;
  }

  @Override
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  public ImageFile open(ParentImage parent, UUID uuid) throws IOException {
    Set<Path> candidates = candidates(parent);
    CkptException reason =
        new CkptException(
            FailureCode.PARENT_MISSING,
            "the image builds on checkpoint " + uuid + ", which is not found as " + candidates);
    for (Path candidate : candidates) {
      if (Files.isRegularFile(candidate)) {
        try {
          return open(candidate, uuid);
        } catch (CkptException e) {
          // Perhaps it is the next one.
          reason = e;
        }
      }
    }
    throw reason;
  }

  @MustBeClosed
  @SuppressWarnings("MustBeClosedChecker") // as above
  private ImageFile open(Path candidate, UUID uuid) throws IOException {
    ImageFile file = null;
    boolean right = false;
    try {
      file = ImageFile.of(opener.open(candidate), keys);
      right = file.header().uuid().equals(uuid);
    } catch (CorruptImageException e) {
      throw new CkptException(e.code(), "parent image " + candidate + ": " + e.getMessage(), e);
    } finally {
      if (file != null && !right) {
        file.close();
      }
    }
    if (!right) {
      throw new CkptException(
          FailureCode.PARENT_OTHER,
          "the image builds on checkpoint " + uuid + ", and " + candidate + " is another one");
    }
    return file;
  }

  private Set<Path> candidates(ParentImage parent) throws CkptException {
    Path recorded;
    try {
      recorded = Path.of(parent.path().utf8());
    } catch (InvalidPathException e) {
      throw new CkptException(
          FailureCode.PARENT_MISSING,
          "the image builds on " + parent.path() + ", which is no path",
          e);
    }
    Set<Path> candidates = new LinkedHashSet<>();
    if (folder.isPresent() && recorded.getFileName() != null) {
      candidates.add(folder.get().resolve(recorded.getFileName()));
    }
    candidates.add(recorded);
    return candidates;
  }
}
