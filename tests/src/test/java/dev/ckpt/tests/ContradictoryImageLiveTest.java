package dev.ckpt.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.Signals;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.FileTimerfd;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Images with right checksums, index and tail, whose records contradict each other: an image of a
 * task that has much, with each object of its state left out, and with each repeated. Restoring one
 * finds it corrupt, and leaves nothing behind. Where an object is left out that nothing else tells
 * of, the image is that of another task, which comes back.
 */
@Tag("live")
class ContradictoryImageLiveTest {
  private static final String SEED = "23";

  /** What a task may have or not, and nothing else in an image tells which. */
  private static final Set<ObjectType> OF_ANOTHER_TASK =
      EnumSet.of(
          ObjectType.RESTART_BLOCK,
          ObjectType.TIME_NS,
          ObjectType.LOGINUID,
          ObjectType.LSM_LABEL,
          ObjectType.CPU_FEATURES,
          ObjectType.SIGPENDING,
          ObjectType.POSIX_TIMER,
          ObjectType.VDSO_IMAGE,
          ObjectType.PKEYS,
          ObjectType.VMA,
          ObjectType.VMA_GUARD,
          ObjectType.VMA_PKEY,
          ObjectType.MEMPOLICY,
          ObjectType.FILE_LOCK,
          ObjectType.FILE_OWNER,
          ObjectType.EPOLL_ITEM,
          ObjectType.INOTIFY_WATCH,
          ObjectType.UDP_DATAGRAM,
          ObjectType.SOCKET_FILTER,
          ObjectType.FD);

  private LiveProgram live;
  private Path image;
  private List<ImageObject> state;
  private int nrImages;

  @BeforeEach
  void dump() throws IOException {
    live = LiveProgram.start(Programs.folder().resolve("random_state"), List.of("STATUS", SEED));
    live.awaitReady();
    image = live.besides("image");
    live.dump(image, true);
    try (FileChannel channel = FileChannel.open(image);
        ImageReader reader = new ImageReader(channel)) {
      state = ImageState.read(reader).objects();
    }
  }

  @AfterEach
  void end() throws IOException {
    live.close();
  }

  private Path image(List<ImageObject> objects) throws IOException {
    return ChangedImage.withState(image, live.besides("image-" + nrImages++), objects);
  }

  private CorruptImageException refused(List<ImageObject> objects) throws IOException {
    Path changed = image(objects);
    CorruptImageException e =
        assertThrows(CorruptImageException.class, () -> live.restore(changed, false));
    assertTrue(e.offset() > 0, e.getMessage());
    assertFalse(Signals.exists(live.pid()), e.getMessage());
    Files.delete(changed);
    return e;
  }

  /** Nothing has changed in it: it comes back. */
  private void comesBack(List<ImageObject> objects) throws IOException {
    Path changed = image(objects);
    live.restore(changed, false);
    Signals.kill(live.pid(), Signals.SIGKILL);
    live.awaitGone();
    Files.delete(changed);
  }

  @Test
  void refusesATaskThatHasAnythingTwice() throws Exception {
    int nextObjref = 1 + state.stream().mapToInt(ImageObject::objref).max().orElse(0);
    for (ImageObject object : state.subList(1, state.size())) {
      List<ImageObject> more = new ArrayList<>(state);
      int objref = object.objref() == 0 ? 0 : nextObjref;
      more.add(new ImageObject(0, objref, object.record()));
      if (object.record().type() != ObjectType.UDP_DATAGRAM) {
        assertEquals(object.record().type().name(), refused(more).objectType());
      }
    }
  }

  @Test
  void refusesATaskThatLacksAnything() throws Exception {
    Set<Object> camBack = new HashSet<>();
    int nrRefused = 0;
    for (ImageObject left : state.subList(1, state.size())) {
      List<ImageObject> less = new ArrayList<>(state);
      less.remove(left);
      ObjectType type = left.record().type();
      boolean hasPages = type == ObjectType.MM;
      if (hasPages || (left.objref() != 0 && isReferredTo(left.objref()))) {
        continue; // a writer does not write that, and the reader refuses it
      }
      if (!OF_ANOTHER_TASK.contains(type)) {
        refused(less);
        nrRefused++;
      } else if (left.record() instanceof Vma vma
          ? !vma.kind().isKernels() && camBack.add(vma.kind())
          : type != ObjectType.FD && camBack.add(type)) {
        isAnotherTask(less);
      }
    }
    assertTrue(nrRefused > 10 && camBack.size() > 5, nrRefused + " and " + camBack);
  }

  /** Once a restore that never ended, and one that ended with an IndexOutOfBoundsException. */
  @Test
  void bringsBackTimesAndNamesThatNoTaskHas() throws Exception {
    List<ImageObject> changed = new ArrayList<>();
    int nrChanged = 0;
    for (ImageObject object : state) {
      ImageRecord content = object.record();
      if (content instanceof FileTimerfd timer) {
        content = new FileTimerfd(1, 0, 1, Long.MAX_VALUE, Long.MAX_VALUE, timer.flags());
      } else if (content instanceof Vma vma && vma.kind() == VmaKind.ANON_PRIVATE) {
        content = named(vma, "[anon:");
      }
      nrChanged += content == object.record() ? 0 : 1;
      changed.add(new ImageObject(0, object.objref(), content));
    }
    assertTrue(nrChanged > 2 && !of(FileTimerfd.class).isEmpty(), nrChanged + " changed");
    comesBack(changed);
  }

  private static Vma named(Vma vma, String name) {
    return new Vma(
        vma.start(),
        vma.end(),
        vma.prot(),
        vma.mapFlags(),
        vma.vmFlags(),
        vma.pgoffBytes(),
        vma.backing(),
        ByteString.of(name),
        vma.kind());
  }

  private List<ImageRecord> of(Class<? extends ImageRecord> type) {
    return state.stream().map(ImageObject::record).filter(type::isInstance).toList();
  }

  /** It comes back, or its pages tell that something is missing. */
  private void isAnotherTask(List<ImageObject> objects) throws IOException {
    try {
      comesBack(objects);
    } catch (CorruptImageException e) {
      assertFalse(Signals.exists(live.pid()), e.getMessage());
    }
  }

  private boolean isReferredTo(int objref) {
    return state.stream()
        .flatMap(object -> object.record().references().stream())
        .anyMatch(reference -> reference.objref() == objref);
  }
}
