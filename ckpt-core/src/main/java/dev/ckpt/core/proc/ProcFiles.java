package dev.ckpt.core.proc;

import dev.ckpt.core.error.TargetGoneException;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Reads the files below one folder of /proc and finds out why a read failed. */
final class ProcFiles {
  /** For what belongs to the machine and not to a task. */
  static final int NO_TASK = 0;

  static final String TIMERSLACK = "timerslack_ns";
  static final String MAP_FILES = "map_files/";

  /** Files whose ptrace check comes when they are read (EPERM), not when they are opened. */
  private static final List<String> CHECKED_ON_READ =
      List.of("personality", "syscall", TIMERSLACK, "stack");

  /** Files that show the memory of the task, and are empty when it has none any more. */
  private static final List<String> OF_MEMORY =
      List.of("maps", "smaps", "auxv", "environ", "cmdline", "coredump_filter");

  /** See Maps: one read of a target that does its worst was torn once in 70 to 1000 times. */
  private static final int MAX_READS = 8;

  private static final int MAX_OPENS = 3;
  private static final int FIRST_READ_BYTES = 4096;
  private static final int READ_BYTES = 64 * 1024;

  /** A million vmas in smaps are about 750 MB. More is no text that we want to have in memory. */
  private static final int MAX_FILE_BYTES = 1 << 30;

  private static final int MAX_NAMES = 1 << 24;

  private final Path folder;
  private final int task;

  /** Makes sense of text, or throws. */
  interface Parser<T> {
    T parse(byte[] text) throws ProcFormatException;
  }

  ProcFiles(Path folder, int task) {
    this.folder = folder;
    this.task = task;
  }

  ProcFiles ofThread(int tid) {
    return new ProcFiles(folder.resolve("task").resolve(Integer.toString(tid)), tid);
  }

  String path(String name) {
    return folder.resolve(name).toString();
  }

  <T> T parse(String name, Parser<T> parser) throws CkptException {
    byte[] text = read(name);
    if (text.length == 0 && task != NO_TASK) {
      checkEmpty(name);
    }
    try {
      return parser.parse(text);
    } catch (ProcFormatException e) {
      throw e.inFile(path(name));
    }
  }

  /**
   * Parses a file that a running target can change while it is read: reads anew, a few times, if
   * the text does not fit together.
   */
  <T> T parseSteady(String name, Parser<T> parser) throws CkptException {
    for (int i = 1; i < MAX_READS; i++) {
      try {
        return parse(name, parser);
      } catch (ProcFormatException e) {
        // Torn, most likely; if not, the last try tells.
      }
    }
    return parse(name, parser);
  }

  ByteString link(String name) throws CkptException {
    try {
      return LinkReader.read(folder.resolve(name));
    } catch (IOException e) {
      throw failure(name, e);
    }
  }

  /** The names in a folder, sorted. */
  List<String> names(String name) throws CkptException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder.resolve(name))) {
      for (Path entry : entries) {
        names.add(entry.getFileName().toString());
        if (names.size() > MAX_NAMES) {
          throw new ProcReadException(path(name), "more than " + MAX_NAMES + " entries", null);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw failure(name, e.getCause());
    } catch (CkptException e) {
      throw e;
    } catch (IOException e) {
      throw failure(name, e);
    }
    Collections.sort(names);
    return names;
  }

  /** The names in a folder that has nothing but numbers, sorted. */
  List<Integer> numbers(String name) throws CkptException {
    List<Integer> numbers = new ArrayList<>();
    for (String entry : names(name)) {
      try {
        numbers.add(ProcValues.number(entry));
      } catch (ProcFormatException e) {
        throw e.inFile(path(name));
      }
    }
    Collections.sort(numbers);
    return List.copyOf(numbers);
  }

  void requireThere() throws CkptException {
    if (life() == Life.GONE) {
      throw gone(".", null);
    }
  }

  /**
   * Reads all of a file.
   *
   * <p>NB: the task may have ended, and one of the same number be there already when we look why
   * its file was missing: a restore chooses the number. So a file that is missing is asked for
   * again if a task is there, and one look decides what it means.
   */
  private byte[] read(String name) throws CkptException {
    for (int i = 1; ; i++) {
      try {
        return readOnce(name);
      } catch (CkptException e) {
        throw e;
      } catch (NoSuchFileException e) {
        Life life = lifeIfAny();
        if (i == MAX_OPENS || task == NO_TASK || life != Life.ALIVE) {
          throw failure(name, e, life);
        }
      } catch (IOException e) {
        throw failure(name, e);
      }
    }
  }

  private byte[] readOnce(String name) throws IOException {
    byte[] text = new byte[FIRST_READ_BYTES];
    int len = 0;
    try (FileChannel file = FileChannel.open(folder.resolve(name), StandardOpenOption.READ)) {
      while (true) {
        if (len == text.length) {
          text = Arrays.copyOf(text, grown(name, len));
        }
        int wanted = Math.min(text.length - len, READ_BYTES);
        int got = file.read(ByteBuffer.wrap(text, len, wanted));
        if (got < 0) {
          return Arrays.copyOf(text, len);
        }
        len += got;
      }
    }
  }

  private int grown(String name, int len) throws ProcReadException {
    if (len >= MAX_FILE_BYTES) {
      throw new ProcReadException(path(name), "more than " + MAX_FILE_BYTES + " bytes", null);
    }
    return Math.max(len * 2, READ_BYTES);
  }

  /**
   * Why a read failed.
   *
   * <p>NB: the JDK gives ESRCH and EPERM as text only, in the language of the locale. So the task
   * is asked whether it still exists, and EPERM is known by the files that can give it.
   */
  private CkptException failure(String name, IOException e) {
    return failure(name, e, lifeIfAny());
  }

  private CkptException failure(String name, IOException e, Life life) {
    if (e instanceof ClosedByInterruptException) {
      return new ProcReadException(path(name), "the thread was interrupted", e);
    }
    if (life == Life.GONE) {
      return gone(name, e);
    }
    if (life == Life.FIRST_THREAD_ENDED && !(e instanceof AccessDeniedException)) {
      return firstThreadEnded(name, e);
    }
    if (e instanceof NoSuchFileException) {
      return new ProcMissingException(
          path(name), "there is no such file, though the task is there", e);
    }
    if (e instanceof AccessDeniedException || CHECKED_ON_READ.contains(name) || saysEperm(e)) {
      return new ProcAccessException(path(name), remedy(name), e);
    }
    return new ProcReadException(path(name), String.valueOf(e.getMessage()), e);
  }

  private static String remedy(String name) {
    if (name.equals(TIMERSLACK)) {
      return "CAP_SYS_NICE";
    }
    if (name.startsWith(MAP_FILES)) {
      return "CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN";
    }
    return "the task's user and a dumpable task, or CAP_SYS_PTRACE";
  }

  private static boolean saysEperm(IOException e) {
    return e.getMessage() != null && e.getMessage().contains("Operation not permitted");
  }

  private TargetGoneException gone(String name, IOException cause) {
    TargetGoneException gone = new TargetGoneException(task, "read " + path(name));
    if (cause != null) {
      gone.initCause(cause);
    }
    return gone;
  }

  private ProcMissingException firstThreadEnded(String name, IOException cause) {
    return new ProcMissingException(
        path(name), "the first thread has ended, though others live on", cause);
  }

  /** NB: a zombie has maps, auxv and the like, and they are empty: that is no answer. */
  private void checkEmpty(String name) throws CkptException {
    Life life = life();
    if (life == Life.GONE) {
      throw gone(name, null);
    }
    if (life == Life.FIRST_THREAD_ENDED && OF_MEMORY.contains(name)) {
      throw firstThreadEnded(name, null);
    }
  }

  /** What belongs to the machine is always there. */
  private Life lifeIfAny() {
    return task == NO_TASK ? Life.ALIVE : life();
  }

  /** A task has ended when it has no entry any more, or is a zombie and the last of its threads. */
  private Life life() {
    try {
      Files.readAttributes(folder, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      Stat stat = Stat.parse(Files.readAllBytes(folder.resolve("stat")));
      if (!stat.state().ended()) {
        return Life.ALIVE;
      }
      return stat.numThreads() > 1 ? Life.FIRST_THREAD_ENDED : Life.GONE;
    } catch (NoSuchFileException e) {
      return Life.GONE;
    } catch (IOException e) {
      // Reaped between open and read; or a stat that tells us nothing.
      return Files.exists(folder, LinkOption.NOFOLLOW_LINKS) ? Life.ALIVE : Life.GONE;
    }
  }

  private enum Life {
    ALIVE,
    FIRST_THREAD_ENDED,
    GONE
  }
}
