package dev.ckpt.core.checkpoint.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** With descriptors of our own, all of which lead to one file. */
class DescriptionsTest {
  private static final ByteString LINK = ByteString.of("/dev/null");
  private static final int MANY = 100;

  private final List<Fd> opened = new ArrayList<>();
  private final Descriptions descriptions = new Descriptions();

  @AfterEach
  void close() {
    opened.forEach(Fd::close);
  }

  private int open() throws CkptException {
    opened.add(Fd.open("/dev/null", Fcntl.O_RDONLY));
    return opened.get(opened.size() - 1).number();
  }

  private int duplicate(int fd) throws CkptException {
    opened.add(Fd.duplicate(fd));
    return opened.get(opened.size() - 1).number();
  }

  private static OpenFile file(int fd) throws CkptException {
    ProcFs us = ProcFs.of(Tasks.self());
    return new OpenFile(
        Tasks.self(),
        List.of(fd),
        LINK,
        us.fdInfo(fd),
        FileStat.of("/proc/self/fd/" + fd),
        new RegularFile());
  }

  @Test
  void findsEachOfManyThatLookAlike() throws Exception {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      int fd = open();
      assertTrue(descriptions.find(LINK, Tasks.self(), fd).isEmpty(), "opened just now");
      numbers.add(fd);
      descriptions.add(file(fd));
    }
    for (int fd : numbers) {
      assertEquals(fd, descriptions.find(LINK, Tasks.self(), duplicate(fd)).orElseThrow().fd());
    }
    assertEquals(numbers, descriptions.all().stream().map(OpenFile::fd).toList());
  }

  @Test
  void whatLooksDifferentIsNotAsked() throws Exception {
    int fd = open();
    descriptions.add(file(fd));

    assertTrue(descriptions.find(ByteString.of("/dev/zero"), Tasks.self(), fd).isEmpty());
  }

  @Test
  void oneThatIsThereIsNotAddedAgain() throws Exception {
    int fd = open();
    descriptions.add(file(fd));
    descriptions.add(file(duplicate(fd)));

    assertEquals(List.of(fd), descriptions.all().stream().map(OpenFile::fd).toList());
  }
}
