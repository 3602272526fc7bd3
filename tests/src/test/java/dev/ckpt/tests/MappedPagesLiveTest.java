package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.checkpoint.CheckpointSession;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.proc.MapsEntry;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.rstr.PidPolicy;
import dev.ckpt.rstr.RestartOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A task whose memory is mapped from its image: what is as it was, and what is not. */
@Tag("live")
class MappedPagesLiveTest {
  private static final long LARGE_BYTES = 8 << 20;
  private static final int PAGE = 4096;
  private static final String PAGES = "--pages";
  private static final String UNSAFE = "map-unsafe";

  private static LiveProgram start(String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of("STATUS"));
    words.addAll(List.of(more));
    LiveProgram live = LiveProgram.start(Programs.folder().resolve("engine/mapped"), words);
    live.awaitReady();
    return live;
  }

  private static RestartOptions mapping(Path image) {
    return RestartOptions.of().withMappedPages(new RestartOptions.MappedImage(image, false));
  }

  private static void touch(LiveProgram live, int life) throws IOException {
    Signals.kill(live.pid(), Signals.SIGUSR1);
    Await.until("its pages", () -> live.lines().contains("touched " + life), live::describe);
  }

  private static List<MapsEntry> mapped(LiveProgram live, Path image) throws IOException {
    String name = image.toRealPath().toString();
    return ProcFs.of(live.pid()).maps().entries().stream()
        .filter(vma -> vma.name().toString().equals(name))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"vm-readv", "parasite"})
  void itFindsItsPagesAndGoesOn(String backend) throws IOException {
    try (LiveProgram live = start()) {
      List<Integer> fds = ProcFs.of(live.pid()).fds();
      Path image = live.besides("image");
      live.dump(image, true);
      live.restore(image, mapping(image).withBackend(backend));
      List<MapsEntry> mapped = mapped(live, image);
      long bytes = mapped.stream().mapToLong(vma -> vma.end() - vma.start()).sum();
      assertTrue(bytes > LARGE_BYTES, "most of its memory: " + mapped);
      assertTrue(mapped.stream().noneMatch(vma -> vma.name().toString().equals("[stack]")));
      assertEquals(fds, ProcFs.of(live.pid()).fds(), "the image is not open any more");
      touch(live, 1);
      live.finish(0);
    }
  }

  @Test
  void itIsToldThatTheImageMustStay() throws IOException {
    try (LiveProgram live = start()) {
      Path image = live.besides("image");
      live.dump(image, true);
      List<String> notes = live.restore(image, mapping(image)).notes();
      assertTrue(notes.stream().anyMatch(note -> note.contains("must stay as it is")), "" + notes);
      live.finish(0);
    }
  }

  /** What the documentation says of memory that is given back. */
  @Test
  void aPageThatIsGivenBackReadsTheImage() throws IOException {
    assertEquals(
        List.of("a page that was given back reads zeros", "MADV_FREE can be had"), given(false));
    assertEquals(
        List.of("a page that was given back reads the image", "MADV_FREE Invalid argument"),
        given(true));
  }

  private static List<String> given(boolean mapped) throws IOException {
    try (LiveProgram live = start("discard")) {
      Path image = live.besides("image");
      live.dump(image, true);
      live.restore(image, mapped ? mapping(image) : RestartOptions.of());
      live.finish(0);
      return live.lines().subList(1, 3);
    }
  }

  /** Many from one image: what none of them writes to is there once. */
  @Test
  void itComesBackInANamespace() throws IOException {
    try (LiveProgram live = start()) {
      Path image = live.besides("image");
      live.dump(image, true);
      live.restore(image, mapping(image).withPids(PidPolicy.NAMESPACE));
      assertFalse(mapped(live, image).isEmpty());
      live.finish(0);
    }
  }

  /** Pages that were written to and such that were not, and neither needs the first image. */
  @Test
  void itsOwnImageNeedsNoOther() throws IOException {
    try (LiveProgram live = start()) {
      Path image = live.besides("image");
      Path again = live.besides("again");
      live.dump(image, true);
      live.restore(image, mapping(image));
      touch(live, 1);
      live.dump(again, true);
      Files.delete(image);
      live.restore(again, RestartOptions.of());
      assertEquals(List.of(), mapped(live, again));
      touch(live, 2);
      live.finish(0);
    }
  }

  /** Writes to it are not watched: each image upon another has all of what is mapped. */
  @Test
  void imagesUponEachOtherHaveAllOfIt() throws IOException {
    try (LiveProgram live = start()) {
      Path image = live.besides("image");
      live.dump(image, true);
      live.restore(image, mapping(image));
      Path last = live.besides("upon1");
      try (CheckpointSession session = CheckpointSession.open(live.pid())) {
        touch(live, 1);
        live.dump(session, live.besides("upon0"), false);
        touch(live, 2);
        assertTrue(live.dump(session, last, true).dataPages() > LARGE_BYTES / PAGE);
      }
      Files.delete(image);
      live.restore(last, RestartOptions.of());
      touch(live, 3);
      live.finish(0);
    }
  }

  /** By the command, in two parts, read by the task itself, and under the name of the old one. */
  @Test
  void itsNextImageMayTakeTheName() throws IOException {
    try (LiveProgram live = start()) {
      Path image = live.besides("image");
      live.dump(image, true);
      live.restore(image, mapping(image));
      touch(live, 1);
      dump(live, "image", "--force", "--pre-dump");
      dump(live, "image", "--force", "--backend", "parasite", "--stop");
      live.awaitGone();
      live.restore(image, mapping(image));
      touch(live, 2);
      live.finish(0);
    }
  }

  @Test
  void itIsMappedAgainAndAgain() throws IOException {
    try (LiveProgram live = start()) {
      for (int life = 1; life <= 3; life++) {
        Path image = live.besides("image" + life);
        live.dump(image, true);
        live.restore(image, mapping(image));
        touch(live, life);
      }
      live.finish(0);
    }
  }

  /** Its name and its bytes: the file lives on as long as it is mapped. */
  @Test
  void theImageMayBeDeletedOrReplaced() throws IOException {
    try (LiveProgram live = start()) {
      Path image = live.besides("image");
      Path other = live.besides("other");
      live.dump(image, true);
      live.restore(image, mapping(image));
      Files.delete(image);
      live.dump(image, false);
      live.dump(other, true);
      Files.delete(image);
      live.restore(other, RestartOptions.of());
      live.finish(0);
    }
  }

  @Test
  void aPageThatIsDamagedIsFoundBefore() throws IOException {
    try (LiveProgram live = start()) {
      Path image = live.besides("image");
      live.dump(image, true);
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        file.seek(file.length() / 2);
        int before = file.read();
        file.seek(file.length() / 2);
        file.write(before ^ 1);
      }
      CkptException e =
          assertThrows(CkptException.class, () -> live.restore(image, mapping(image)));
      assertEquals(FailureCode.IMAGE_CORRUPT, e.code());
      assertFalse(Files.exists(Path.of("/proc/" + live.pid())), "nothing is left");
    }
  }

  @Test
  void aTaskWithAnImageThatWasCutDiesWhenItLooks() throws IOException {
    try (LiveProgram live = start()) {
      Path image = live.besides("image");
      live.dump(image, true);
      live.restore(image, mapping(image));
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        file.setLength(file.length() / 2 & -4096);
      }
      assertThrows(CkptException.class, () -> live.dump(live.besides("again"), false));
      live.go();
      assertEquals(128 + Signals.SIGBUS, live.awaitExit());
    }
  }

  /** By the command: what is not known before the pages are read is found then. */
  @Test
  void otherImagesAreRefused() throws IOException {
    try (LiveProgram live = start()) {
      String key = Files.write(live.besides("key"), new byte[32]).toString();
      Files.setPosixFilePermissions(Path.of(key), PosixFilePermissions.fromString("rw-------"));
      String whole = live.besides("whole").toString();
      dump(live, "image");
      dump(live, "sealed", "--key-file", key);
      dump(live, "child", "--parent", live.besides("image").toString());
      dump(live, "small", "--compress=lz4", "--stop");
      live.awaitGone();
      refused(live, "sealed", "the image is sealed", "--key-file", key);
      refused(live, "child", "builds on another");
      refused(live, "small", "is compressed");
      // That was given up when it was made already, and is a child of ours by now.
      live.awaitGone();
      CkptOutcome piped = run(live, "restore", "-", PAGES, UNSAFE);
      assertEquals(2, piped.code(), piped.toString());
      assertTrue(piped.err().contains("takes an image in a file"), piped.err());
      done(run(live, "merge", live.besides("child").toString(), "-o", whole));
      live.restore(Path.of(whole), mapping(Path.of(whole)));
      live.finish(0);
    }
  }

  private static CkptOutcome run(LiveProgram live, String... words) throws IOException {
    return CkptOutcome.of(live.folder().getParent(), List.of(), words);
  }

  private static void done(CkptOutcome outcome) {
    assertEquals(0, outcome.code(), outcome.toString());
  }

  private static void dump(LiveProgram live, String image, String... more) throws IOException {
    String file = live.besides(image).toString();
    List<String> words =
        new ArrayList<>(List.of("dump", Integer.toString(live.pid()), "-o", file, "--no-sync"));
    words.addAll(List.of(more));
    done(run(live, words.toArray(String[]::new)));
  }

  private static void refused(LiveProgram live, String image, String why, String... more)
      throws IOException {
    String file = live.besides(image).toString();
    List<String> words = new ArrayList<>(List.of("restore", file, "--detach", PAGES, UNSAFE));
    words.addAll(List.of(more));
    run(live, words.toArray(String[]::new)).expectFailure(3, RefusalCode.MAP_PAGES.name(), why);
  }
}
