package dev.ckpt.rstr;

import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.EpollItem;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.MemoryObject;
import java.util.stream.IntStream;

/**
 * Descriptor numbers that we use in the new task while it is built: all of them above those that it
 * will have, so that each can be moved to its place at the end and the rest be closed at once.
 */
public final class FdNumbers {
  private final int scratch;
  private int next;

  private FdNumbers(int scratch) {
    this.scratch = scratch;
    this.next = scratch + 2;
  }

  static FdNumbers of(ImageState state) {
    // Items of an epoll instance are added under numbers that may be closed by now.
    int highest =
        IntStream.concat(
                state.all(Fd.class).stream().mapToInt(Fd::fd),
                state.all(EpollItem.class).stream().mapToInt(EpollItem::fd))
            .max()
            .orElse(2);
    return new FdNumbers(Math.max(highest, 2) + 1);
  }

  /** How many numbers it takes at the least to rebuild a task. */
  static int needed(ImageState state) {
    int places = state.shared(MemoryObject.class).size();
    // Two files of one description have one place.
    long files = state.all(Fd.class).stream().mapToInt(Fd::file).distinct().count();
    return of(state).next + places + Math.toIntExact(files);
  }

  /** For short use: open, use, close. */
  public int scratch() {
    return scratch;
  }

  /** Holds our terminal, where there is one. */
  public int tty() {
    return scratch + 1;
  }

  /** A number that nobody has yet. */
  public int take() {
    return next++;
  }
}
