package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.convert.Losses;
import dev.ckpt.convert.OutputFolder;
import dev.ckpt.convert.PlainFolder;
import dev.ckpt.convert.criu.CriuFormat;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ImageWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Programs that are dumped by one and restored by the other: by ckpt and CRIU, and the other way
 * round. Each of them checks itself, or what it has is refused by name.
 */
@Tag("live")
class CriuLiveTest {
  private static final CriuFormat CRIU = new CriuFormat();

  /** What CRIU has no place for: refused on the way there, and not in its own folders. */
  private static final Set<String> NO_PLACE_IN_CRIU =
      Set.of(
          "pty",
          "pty_ctty",
          "sched",
          "sched_deadline",
          "affinity",
          "autogroup",
          "ioprio",
          "timer_slack",
          "tsc",
          "mce_kill",
          "mdwe",
          "memory_merge",
          "sysv_shm",
          "sysv_shm removed",
          "sysv_shm kept",
          "sysv_shm outside",
          "mlock",
          "mlockall",
          "mlockall onfault",
          "mlockall future",
          "mempolicy",
          "mseal",
          "pipe_packet",
          "pipe_full",
          "fifo",
          "unix_pair",
          "unix_rights",
          "unix_named",
          "inet_listen",
          "socket_filter",
          "netlink",
          "multicast",
          "udp_queue",
          "udp",
          "packet",
          "raw",
          "tcp_closed",
          "eventfd",
          "epoll",
          "pidfd",
          "inotify",
          "random_state 1");

  /** What is refused on the way there, though CRIU dumps the program somehow. */
  private static final Set<String> LOST_IN_CRIU =
      Set.of("personality", "ghost_program memfd", "droppable", "vdso_calls", "vdso_calls ns");

  /** What CRIU 4.2 gets wrong, or cannot restore at all; so it does with its own folders. */
  private static final Set<String> WRONG_IN_CRIU =
      Set.of(
          "anon_shared", // another name in maps, as with the next two
          "vma_parts",
          "guard_files",
          "capabilities", // it hangs, as with the next one
          "securebits",
          "deleted_folder", // O_DIRECTORY is no more, as with the next five
          "deleted_folder replaced",
          "fd_directory",
          "fd_path",
          "fd_proc",
          "fd_unlinked",
          "fasync_owner", // the owner is not there yet
          "futex_wait", // a wait by the clock of the wall, which went on
          "ghost_mapping", // times to the microsecond
          "proc_settings", // coredump_filter
          "pdeathsig", // its own end is that of the parent
          "seccomp_filter", // threads do not share filters, as with the next one
          "seccomp_filter tree");

  /** What else CRIU refuses to dump or gets wrong, and what an image has no record for. */
  private static final Set<String> NOT_FROM_CRIU =
      Set.of(
          "futex_wait",
          "proc_settings",
          "creds",
          "creds many",
          "ghost_mapping",
          "vma_parts",
          "fd_unlinked",
          "unix_outside");

  static Stream<Programs.Program> all() {
    return Programs.of("save").stream();
  }

  static Stream<Programs.Program> there() {
    return all()
        .filter(program -> !isLost(program))
        .filter(program -> !WRONG_IN_CRIU.contains(program.name()));
  }

  static Stream<Programs.Program> lost() {
    return all().filter(CriuLiveTest::isLost);
  }

  private static boolean isLost(Programs.Program program) {
    return NO_PLACE_IN_CRIU.contains(program.name()) || LOST_IN_CRIU.contains(program.name());
  }

  static Stream<Programs.Program> back() {
    return all()
        .filter(program -> !NO_PLACE_IN_CRIU.contains(program.name()))
        .filter(program -> !NOT_FROM_CRIU.contains(program.name()));
  }

  @ParameterizedTest
  @MethodSource("there")
  void criuRestoresWhatWeDumped(Programs.Program program) throws IOException {
    CriuCommand criu = CriuCommand.needed();
    try (LiveProgram live = LiveProgram.start(program)) {
      live.awaitReady();
      Path image = live.besides("image");
      Path folder = live.besides("folder");
      live.dump(image, true);
      toCriu(image, folder);
      criu.restore(folder);
      live.restoredByOthers();
      live.finish(program.exitStatus());
    }
  }

  @ParameterizedTest
  @MethodSource("lost")
  void whatCriuCannotSayIsRefused(Programs.Program program) throws IOException {
    try (LiveProgram live = LiveProgram.start(program)) {
      live.awaitReady();
      Path image = live.besides("image");
      live.dump(image, false);
      CkptException e =
          assertThrows(CkptException.class, () -> toCriu(image, live.besides("folder")));
      assertEquals(FailureCode.CONVERT_LOSS, e.code());
    }
  }

  @ParameterizedTest
  @MethodSource("back")
  void weRestoreWhatCriuDumped(Programs.Program program) throws IOException {
    CriuCommand criu = CriuCommand.needed();
    try (LiveProgram live = LiveProgram.start(program)) {
      live.awaitReady();
      Path folder = live.besides("folder");
      Path image = live.besides("image");
      criu.dump(live.pid(), folder);
      live.awaitGone();
      try (ImageFileOutput output = ImageFileOutput.create(image, false);
          ImageWriter writer = new ImageWriter(output.channel())) {
        CRIU.toImage(new PlainFolder("folder", folder), writer, new Losses(false));
        output.publish();
      }
      live.restore(image, true);
      live.finish(program.exitStatus());
    }
  }

  /**
   * By the command, there and back: it says what it does, and leaves nothing of what it refuses.
   */
  @Test
  void theCommandNamesWhatWouldBeLost() throws IOException {
    Programs.Program bound = new Programs.Program("affinity", "save", 0);
    try (LiveProgram live = LiveProgram.start(bound)) {
      live.awaitReady();
      Path image = live.besides("image");
      Path folder = live.besides("made.criu");
      live.dump(image, false);
      ckpt(live, image, folder).expectFailure(1, "CONVERT_LOSS", "SCHED.cpusAllowed (of thread ");
      try (Stream<Path> left = Files.list(folder.getParent())) {
        assertEquals(0, left.filter(file -> file.toString().contains("part")).count());
      }
      CkptOutcome lossy = ckpt(live, image, folder, "--lossy");
      assertEquals(0, lossy.code(), lossy.toString());
      assertTrue(lossy.err().contains("left out: SCHED.cpusAllowed"), lossy.toString());
      ckpt(live, image, folder, "--force").expectFailure(3, "IMAGE_EXISTS", folder.toString());
      CkptOutcome back = ckpt(live, folder, live.besides("again"), "--to", "ckpt");
      assertEquals(0, back.code(), back.toString());
      live.finish(bound.exitStatus());
    }
  }

  private static CkptOutcome ckpt(LiveProgram live, Path from, Path to, String... more)
      throws IOException {
    List<String> words = new ArrayList<>(List.of("convert", from.toString(), to.toString()));
    words.addAll(List.of(more));
    return CkptOutcome.of(live.besides(""), List.of(), words.toArray(new String[0]));
  }

  private static void toCriu(Path image, Path folder) throws IOException {
    Files.createDirectory(folder);
    OutputFolder output = file -> create(folder.resolve(file));
    try (FileChannel channel = FileChannel.open(image);
        ImageReader reader = new ImageReader(channel)) {
      CRIU.fromImage(ImageState.read(reader), reader, output, new Losses(false));
    }
  }

  private static SeekableByteChannel create(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }
}
