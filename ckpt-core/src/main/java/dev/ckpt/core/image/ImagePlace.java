package dev.ckpt.core.image;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where an image is to stand, or what is made of one, and what it means that it cannot.
 *
 * @param what people call it: an image, mostly
 * @param shown its path as people gave it
 * @param path the same from the root
 */
record ImagePlace(String what, Path shown, Path path) {
  /**
   * Refuses a name that is no place for an image, before anything is done.
   *
   * @param force whether an existing file of that name may be replaced
   */
  static ImagePlace of(String what, Path shown, boolean force) throws CkptException {
    ImagePlace place = new ImagePlace(what, shown, shown.toAbsolutePath());
    if (Files.isDirectory(place.path)) {
      throw place.isFolder();
    }
    place.refuseTaken(force);
    Path folder = place.folder();
    if (!Files.isDirectory(folder)) {
      throw Files.exists(folder)
          ? place.refused(
              RefusalCode.IMAGE_NO_FOLDER, ": " + folder + " is none", "choose another name")
          : place.noFolder();
    }
    return place;
  }

  Path folder() {
    return path.getParent();
  }

  /** NB: a rename takes the place of a device as well, and the next one that needs it finds us. */
  private void refuseTaken(boolean force) throws CkptException {
    FileStat taken;
    try {
      taken = FileStat.ofLink(dev.ckpt.core.kernel.Files.bytes(path.toString()));
    } catch (SyscallException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
        return;
      }
      // Better now than when the image is written and cannot get its name.
      throw explain(e);
    }
    if (taken.type() != FileStat.S_IFREG && taken.type() != FileStat.S_IFLNK) {
      throw refused(RefusalCode.IMAGE_NOT_FILE, " is there and no file", "choose another name");
    }
    if (!force) {
      throw exists();
    }
  }

  /** What it means that the image could not be begun or named. */
  CkptException explain(SyscallException e) {
    return switch (e.errno()) {
      case Errno.EEXIST -> exists();
      case Errno.EISDIR -> isFolder();
      case Errno.EACCES, Errno.EPERM, Errno.EROFS, Errno.ENAMETOOLONG, Errno.ELOOP ->
          notWritable(e);
      case Errno.ENOENT -> Files.isDirectory(folder()) ? notWritable(e) : noFolder();
      default -> explainWrite(e);
    };
  }

  /** What it means that it could not be written to the disk. */
  CkptException explainWrite(SyscallException e) {
    return switch (e.errno()) {
      case Errno.ENOSPC -> noRoom(e, "the file system is full", "make room in " + folder());
      case Errno.EDQUOT -> noRoom(e, "your quota is used up", "make room in " + folder());
      case Errno.EFBIG -> noRoom(e, "no file may be so large", "raise the limit (ulimit -f)");
      default -> new CkptException(e.code(), what + " " + shown + ": " + e.getMessage(), e);
    };
  }

  private CkptException noRoom(SyscallException e, String why, String remedy) {
    return new CkptException(
        FailureCode.IMAGE_NO_ROOM,
        what
            + " "
            + shown
            + " does not fit: "
            + why
            + ", "
            + Errno.describe(e.errno())
            + ": "
            + remedy
            + ", or choose another place",
        e);
  }

  private CkptException notWritable(SyscallException e) {
    return refused(
        RefusalCode.IMAGE_NOT_WRITABLE,
        ": no file of that name can be made in " + folder() + ", " + Errno.describe(e.errno()),
        "choose another name or folder, or get the right");
  }

  private CkptException exists() {
    return refused(
        RefusalCode.IMAGE_EXISTS, " is there already", "choose another name or give --force");
  }

  private CkptException isFolder() {
    return refused(RefusalCode.IMAGE_IS_FOLDER, " is a folder", "name a file in it");
  }

  private CkptException noFolder() {
    return refused(
        RefusalCode.IMAGE_NO_FOLDER, ": there is no folder " + folder(), "make it first");
  }

  private UnsupportedStateException refused(Code code, String why, String remedy) {
    return new UnsupportedStateException(
        List.of(new Refusal(code, what + " " + shown + why, remedy)));
  }
}
