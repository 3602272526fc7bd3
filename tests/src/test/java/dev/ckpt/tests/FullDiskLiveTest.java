package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.image.PageQueue;
import dev.ckpt.core.kernel.Fcntl;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.NewerFeature;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No room for an image: by the real command, on disks of any size. There is no image and no part of
 * one, what stood there stays, all room is free again, and the task runs on.
 *
 * <p>NB: what is mounted is mounted in a namespace of the task's own, which goes with the task.
 */
@Tag("live")
class FullDiskLiveTest {
  private static final int FAILED = 1;

  /** Arguments that stand in the memory of a task, and so in its image: 512 KiB. */
  private static final int LARGE_ARGUMENTS = 8;

  private static final int LARGE_ARGUMENT = 64 << 10;

  private static final String WITHOUT_NAMELESS =
      "-Dckpt.kernel.without=" + NewerFeature.O_TMPFILE.name();

  /** Mounts what $2 says at $1, then becomes the rest of the words. */
  private static final String MOUNT =
      "PATH=$PATH:/sbin:/usr/sbin; d=$1; eval \"$2\" >&2 || exit 99; shift 2; exec \"$@\"";

  /** A disk that is made smaller later. */
  private static final String TMPFS = "mount -t tmpfs -o size=4m none $d";

  /** A disk that takes what is written into its cache, and has no place for it. */
  private static final String HOLLOW =
      "mount -t tmpfs -o size=1m none $d && truncate -s 16m $d/disk && mkdir $d/inner"
          + " && mkfs.ext4 -q -O ^has_journal,^resize_inode -N 16 $d/disk"
          + " && mount -o loop $d/disk $d/inner && chmod 700 $d/inner"
          + " && ! cat /dev/zero > $d/filler";

  /** A quota that holds for root too. */
  private static final String QUOTA =
      "mount -t tmpfs -o size=200m none $d && truncate -s 130m $d/disk && mkdir $d/inner"
          + " && MKFS -q $d/disk && mount -o loop $d/disk $d/inner"
          + " && BTRFS quota enable $d/inner && BTRFS qgroup limit 100k $d/inner";

  @TempDir Path folder;
  private Victim victim;
  private Path disk;

  @BeforeEach
  void needRoot() {
    assumeTrue(Tasks.effectiveUser() == 0, "only root may mount");
  }

  @AfterEach
  void end() throws IOException {
    if (victim != null) {
      victim.close();
    }
  }

  private void start(String mount, String... more) throws IOException {
    Path base = LiveProgram.newFolder();
    disk = Files.createDirectory(base.resolve("disk"));
    List<String> words =
        new ArrayList<>(
            List.of(
                "-m",
                "sh",
                "-c",
                MOUNT,
                "sh",
                disk.toString(),
                mount,
                Programs.folder().resolve("victims/v_nanosleep").toString(),
                "STATUS"));
    words.addAll(List.of(more));
    try (Fd in = Fd.open("/dev/null", Fcntl.O_RDONLY);
        Fd out = Fd.open("/dev/null", Fcntl.O_WRONLY)) {
      victim =
          Victim.of(
              LiveProgram.start(
                  Programs.needed("unshare"), words, base, in.number(), out.number()));
    }
  }

  /** The disk as the task sees it. */
  private Path seen(Path path) {
    return Path.of("/proc/" + victim.pid() + "/root" + path);
  }

  private void command(String... words) throws IOException {
    List<String> all = new ArrayList<>(inside());
    all.addAll(List.of(words));
    LiveProgram.command(all.toArray(String[]::new));
  }

  /** Words that have the next ones run where the task is. */
  private List<String> inside() {
    return List.of(
        Programs.needed("nsenter").toString(), "--mount=/proc/" + victim.pid() + "/ns/mnt");
  }

  private void resize(long kibibytes) throws IOException {
    command("mount", "-o", "remount,size=" + kibibytes + "k", disk.toString());
  }

  private static String[] words(int pid, Path image, String... options) {
    return Stream.concat(
            Stream.of("dump", Integer.toString(pid), "-o", image.toString()), Stream.of(options))
        .toArray(String[]::new);
  }

  private CkptOutcome dump(List<String> before, Path image, String... options) throws IOException {
    return CkptOutcome.of(folder, before, words(victim.pid(), image, options));
  }

  /** In bytes; it is gone again. */
  private long sizeOfAnImage(Path image) throws IOException {
    assertEquals(0, dump(inside(), image).code());
    long bytes = Files.size(seen(image));
    Files.delete(seen(image));
    return bytes;
  }

  private List<String> names(Path where) throws IOException {
    try (Stream<Path> files = Files.list(seen(where))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private long freeBytes() throws IOException {
    return Files.getFileStore(seen(disk)).getUsableSpace();
  }

  private void expectNoRoom(CkptOutcome outcome, String... parts) throws IOException {
    outcome.expectFailure(FAILED, "IMAGE_NO_ROOM", parts);
    victim.expectUnharmed();
  }

  /** Wherever in the image the disk is full. */
  @Test
  void aDiskThatIsFullInTheMiddle() throws IOException {
    start(TMPFS);
    Path image = disk.resolve("image");
    long kibibytes = sizeOfAnImage(image) / 1024;
    for (long size : new long[] {4, kibibytes / 2, kibibytes - 32}) {
      resize(size);
      long free = freeBytes();
      expectNoRoom(dump(inside(), image), image.toString(), "ENOSPC", "make room in " + disk);
      assertEquals(List.of(), names(disk), "at " + size + " KiB");
      assertEquals(free, freeBytes(), "at " + size + " KiB");
    }
    victim.finish();
  }

  /** The image of a large task gets its room before its pages come, if there is so much. */
  @Test
  void aDiskThatIsTooSmallToPrepare() throws IOException {
    start(TMPFS);
    Path image = disk.resolve("image");
    long kibibytes = sizeOfAnImage(image) / 1024;
    for (long size : new long[] {4, kibibytes / 2, kibibytes - 32}) {
      resize(size);
      long free = freeBytes();
      expectNoRoom(dumpAsIfLarge(image), image.toString(), "ENOSPC", "make room in " + disk);
      assertEquals(List.of(), names(disk), "at " + size + " KiB");
      assertEquals(free, freeBytes(), "at " + size + " KiB");
    }
    // NB: the first is enough for the image, but not for what is looked for.
    for (long size : new long[] {kibibytes + 64, 4096}) {
      resize(size);
      long free = freeBytes();
      CkptOutcome outcome = dumpAsIfLarge(image);
      assertEquals(0, outcome.code(), outcome::toString);
      try (ImageFile file = ImageFile.open(seen(image))) {
        file.verify();
      }
      long blocks = (Files.size(seen(image)) + Limits.PAGE_SIZE - 1) & -Limits.PAGE_SIZE;
      assertEquals(free - blocks, freeBytes(), "at " + size + " KiB");
      Files.delete(seen(image));
    }
    victim.finish();
  }

  private CkptOutcome dumpAsIfLarge(Path image) throws IOException {
    List<String> command = new ArrayList<>(inside());
    command.addAll(CkptProcess.words("-D" + PageQueue.BY_TURNS_ALWAYS + "=true"));
    return CkptOutcome.ofWords(folder, Map.of(), command, words(victim.pid(), image));
  }

  /** No room for both the plain image and the compressed one: it is noticed when the task runs. */
  @Test
  void aDiskThatIsTooSmallToCompress() throws IOException {
    start(TMPFS);
    Path image = disk.resolve("image");
    long kibibytes = sizeOfAnImage(image) / 1024;
    for (long size : new long[] {kibibytes / 2, kibibytes + 16}) {
      for (String codec : new String[] {"lz4", "zstd"}) {
        resize(size);
        long free = freeBytes();
        expectNoRoom(dump(inside(), image, "--compress", codec, "--stop"), "ENOSPC");
        assertEquals(List.of(), names(disk), "at " + size + " KiB");
        assertEquals(free, freeBytes(), "at " + size + " KiB");
      }
    }
    victim.finish();
  }

  @Test
  void aTaskThatWasToEndLives() throws IOException {
    start(TMPFS);
    resize(64);
    expectNoRoom(dump(inside(), disk.resolve("image"), "--stop"), "ENOSPC");
    assertEquals(List.of(), names(disk));
    victim.finish();
  }

  @Test
  void anOldImageStays() throws IOException {
    start(TMPFS);
    Path image = disk.resolve("image");
    resize(64);
    Files.writeString(seen(image), "old");
    expectNoRoom(dump(inside(), image, "--force"), "ENOSPC");
    assertEquals(List.of("image"), names(disk));
    assertEquals("old", Files.readString(seen(image)));
    victim.finish();
  }

  /** Where a file system has no files without a name, the part has one. */
  @Test
  void aPartThatHasANameIsRemoved() throws IOException {
    start(TMPFS);
    Path image = disk.resolve("image");
    resize(64);
    List<String> options = new ArrayList<>(inside());
    options.addAll(CkptProcess.words(WITHOUT_NAMELESS));
    for (String option : new String[] {"--no-sync", "--force"}) {
      CkptOutcome outcome =
          CkptOutcome.ofWords(folder, Map.of(), options, words(victim.pid(), image, option));
      expectNoRoom(outcome, "ENOSPC");
      assertEquals(List.of(), names(disk), option);
    }
    victim.finish();
  }

  /** No error before the sync: an image that has its name by then would be a ruin. */
  @Test
  void aDiskThatFailsAtTheSync() throws IOException {
    assumeTrue(Files.exists(Path.of("/dev/loop-control")), "no loop devices here");
    Programs.needed("mkfs.ext4");
    start(HOLLOW);
    Path inner = disk.resolve("inner");
    List<String> before = names(inner);
    Path image = inner.resolve("image");
    Files.writeString(seen(image), "old");
    for (String option : new String[] {"--stop", "--force"}) {
      CkptOutcome outcome =
          dump(inside(), option.equals("--force") ? image : inner.resolve("new"), option);
      expectNoRoom(outcome, "ENOSPC");
    }
    Files.delete(seen(image));
    assertEquals(before, names(inner));
    victim.finish();
  }

  @Test
  void aQuotaThatIsUsedUp() throws IOException {
    assumeTrue(Files.exists(Path.of("/dev/loop-control")), "no loop devices here");
    String mkfs = Programs.needed("mkfs.btrfs").toString();
    String btrfs = Programs.needed("btrfs").toString();
    start(QUOTA.replace("MKFS", mkfs).replace("BTRFS", btrfs));
    Path inner = disk.resolve("inner");
    expectNoRoom(dump(inside(), inner.resolve("image")), "EDQUOT", "your quota is used up");
    assertEquals(List.of(), names(inner));
    victim.finish();
  }

  /**
   * NB: the image is larger than the library that JNA unpacks into a file, for that has the limit
   * too.
   */
  @Test
  void aLimitForTheSizeOfFiles() throws IOException {
    String[] large = new String[LARGE_ARGUMENTS];
    Arrays.fill(large, "x".repeat(LARGE_ARGUMENT));
    start(TMPFS, large);
    Path image = disk.resolve("image");
    long blocks = sizeOfAnImage(image) / 512;
    List<String> limited = new ArrayList<>(inside());
    limited.addAll(List.of("/bin/sh", "-c", "ulimit -f " + blocks * 3 / 4 + "; exec \"$@\"", "sh"));
    expectNoRoom(dump(limited, image), "EFBIG", "ulimit -f");
    assertEquals(List.of(), names(disk));
    victim.finish();
  }
}
