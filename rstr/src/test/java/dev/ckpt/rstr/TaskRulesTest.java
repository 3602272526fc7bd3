package dev.ckpt.rstr;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.EpollItem;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileChrdev;
import dev.ckpt.format.record.FileFifo;
import dev.ckpt.format.record.FileInetSocket;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Mempolicy;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.PosixTimer;
import dev.ckpt.format.record.RestartBlock;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import dev.ckpt.format.record.Sigpending;
import dev.ckpt.format.record.SocketRights;
import dev.ckpt.format.record.TaskThread;
import dev.ckpt.format.record.UdpDatagram;
import dev.ckpt.format.record.VdsoImage;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaGuard;
import dev.ckpt.format.record.VmaKind;
import dev.ckpt.format.record.VmaPkey;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TaskRulesTest {
  /** Without one of these a task is another, but whole: nothing tells that it was there. */
  private static final Set<ObjectType> MAY_BE_LEFT_OUT =
      EnumSet.of(
          ObjectType.RESTART_BLOCK,
          ObjectType.TIME_NS,
          ObjectType.LOGINUID,
          ObjectType.SIGPENDING,
          ObjectType.POSIX_TIMER,
          ObjectType.VDSO_IMAGE,
          ObjectType.PKEYS,
          ObjectType.VMA_GUARD,
          ObjectType.VMA_PKEY,
          ObjectType.MEMPOLICY,
          ObjectType.FILE_LOCK,
          ObjectType.FILE_OWNER,
          ObjectType.EPOLL_ITEM,
          ObjectType.INOTIFY_WATCH,
          ObjectType.UDP_DATAGRAM,
          ObjectType.SOCKET_FILTER);

  private final List<ImageObject> objects = SampleTask.objects();

  private static void check(List<ImageObject> objects) throws CorruptImageException {
    TaskRules.check(ImageState.of(objects));
  }

  private static CorruptImageException refused(List<ImageObject> objects) {
    return assertThrows(CorruptImageException.class, () -> check(objects));
  }

  /** Refused at an object of this type. */
  private static void assertRefused(List<ImageObject> objects, ObjectType type) {
    CorruptImageException e = refused(objects);
    assertEquals(type.name(), e.objectType(), e.getMessage());
    assertTrue(
        objects.stream()
            .filter(object -> object.record().type() == type)
            .anyMatch(object -> object.offset() == e.offset()),
        e.getMessage());
  }

  /** The same with the last object of a class exchanged. */
  private <T extends ImageRecord> List<ImageObject> with(Class<T> type, UnaryOperator<T> change) {
    return withLast(type, any -> true, change);
  }

  private <T extends ImageRecord> List<ImageObject> withLast(
      Class<T> type, Predicate<T> which, UnaryOperator<T> change) {
    List<ImageObject> changed = new ArrayList<>(objects);
    for (int i = changed.size() - 1; i >= 0; i--) {
      ImageObject object = changed.get(i);
      if (type.isInstance(object.record()) && which.test(type.cast(object.record()))) {
        T content = change.apply(type.cast(object.record()));
        changed.set(i, new ImageObject(object.offset(), object.objref(), content));
        return changed;
      }
    }
    throw new AssertionError("no " + type);
  }

  private List<ImageObject> and(ImageRecord more) {
    List<ImageObject> changed = new ArrayList<>(objects);
    changed.add(new ImageObject(100L * changed.size(), 0, more));
    return changed;
  }

  private static boolean isReferredTo(List<ImageObject> objects, int objref) {
    return objects.stream()
        .flatMap(object -> object.record().references().stream())
        .anyMatch(reference -> reference.objref() == objref);
  }

  @Test
  void acceptsATaskThatHasEverything() {
    assertDoesNotThrow(() -> check(objects));
  }

  @Test
  void refusesATaskThatLacksAnything() throws Exception {
    for (int i = 0; i < objects.size(); i++) {
      List<ImageObject> less = new ArrayList<>(objects);
      ImageObject left = less.remove(i);
      ObjectType type = left.record().type();
      if (left.objref() != 0 && isReferredTo(less, left.objref())) {
        continue; // the reader of the stream refuses what refers to it
      }
      if (MAY_BE_LEFT_OUT.contains(type) || isAVmaThatNothingTellsOf(left, less)) {
        check(less);
      } else {
        CorruptImageException e =
            assertThrows(CorruptImageException.class, () -> check(less), left.toString());
        assertTrue(less.stream().anyMatch(object -> object.offset() == e.offset()), e.getMessage());
      }
    }
  }

  private static boolean isAVmaThatNothingTellsOf(ImageObject object, List<ImageObject> rest) {
    return object.record() instanceof Vma vma
        && (vma.kind().isKernels() || isReferredTo(rest, vma.backing()));
  }

  @Test
  void refusesATaskThatHasAnythingTwice() throws Exception {
    for (ImageObject object : objects) {
      List<ImageObject> more = new ArrayList<>(objects);
      int objref = object.objref() == 0 ? 0 : 10_000;
      more.add(new ImageObject(100L * more.size(), objref, object.record()));
      if (object.record() instanceof UdpDatagram) {
        check(more); // two equal ones may have come
      } else {
        CorruptImageException e = refused(more);
        assertEquals(object.record().type().name(), e.objectType(), e.getMessage());
        assertEquals(100L * objects.size(), e.offset(), e.getMessage());
      }
    }
  }

  @Test
  void refusesThreadsThatDoNotFitTheTask() {
    assertRefused(
        withLast(
            TaskThread.class,
            thread -> thread.tid() == SampleTask.PID,
            thread -> thread(SampleTask.PID + 7)),
        ObjectType.THREAD);
    assertRefused(with(TaskThread.class, thread -> thread(SampleTask.PID)), ObjectType.THREAD);
    assertRefused(
        with(CpuX86_64.class, cpu -> cpu(7, SyscallNumbers.NANOSLEEP)), ObjectType.CPU_X86_64);
    assertRefused(and(new RestartBlock(7, 1)), ObjectType.RESTART_BLOCK);
    assertRefused(and(new Sigpending(7, List.of())), ObjectType.SIGPENDING);
    assertRefused(and(SampleTask.timer(9, 7)), ObjectType.POSIX_TIMER);
    assertRefused(and(new Mempolicy(7, 0, 2, ByteString.of(new byte[] {1}))), ObjectType.MEMPOLICY);
  }

  private static TaskThread thread(int tid) {
    return new TaskThread(tid, ByteString.EMPTY, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0);
  }

  private static CpuX86_64 cpu(int tid, long call) {
    UserRegs regs = new UserRegs(new long[UserRegs.WORDS]);
    return HandMade.cpu(tid, regs.with(UserRegs.ORIG_RAX, call));
  }

  @Test
  void refusesATimeOutOfACallThatHasNone() {
    assertRefused(
        with(CpuX86_64.class, cpu -> cpu(SampleTask.TID, SyscallNumbers.CLOSE)),
        ObjectType.RESTART_BLOCK);
  }

  @Test
  void refusesSignalsThatThereAreNot() {
    for (int signal : new int[] {0, 65, 127, 128, 255}) {
      assertRefused(
          with(Sigpending.class, queue -> new Sigpending(0, List.of(SampleTask.siginfo(signal)))),
          ObjectType.SIGPENDING);
    }
  }

  @Test
  void refusesTimersOutOfOrder() {
    PosixTimer last = SampleTask.timer(0, SampleTask.TID);
    assertRefused(with(PosixTimer.class, timer -> last), ObjectType.POSIX_TIMER);
  }

  @Test
  void refusesMappingsThatOverlapOrDoNotAscend() {
    long heap = SampleTask.HEAP;
    Predicate<Vma> isHeap = vma -> vma.start() == heap;
    for (Vma vma :
        List.of(
            SampleTask.vma(heap, SampleTask.SHARED + 0x1000, 0, VmaKind.ANON_PRIVATE),
            SampleTask.vma(0x40_0000, heap, 0, VmaKind.ANON_PRIVATE),
            SampleTask.vma(0x90_0000, 0x91_0000, 0, VmaKind.ANON_PRIVATE))) {
      assertRefused(withLast(Vma.class, isHeap, any -> vma), ObjectType.VMA);
    }
    assertRefused(and(SampleTask.vma(0x1000, 0x2000, 0, VmaKind.ANON_PRIVATE)), ObjectType.VMA);
  }

  @Test
  void refusesAVdsoThatIsNotTheOneOfTheMm() {
    assertRefused(
        withLast(
            Vma.class,
            vma -> vma.kind() == VmaKind.VDSO,
            vma -> SampleTask.vma(vma.start(), vma.end() + 4096, 0, VmaKind.VDSO)),
        ObjectType.VMA);
    assertRefused(
        with(Mm.class, mm -> SampleTask.mm(mm.exeFile(), mm.vdsoCrc32c() + 1)),
        ObjectType.VDSO_IMAGE);
    assertRefused(
        with(VdsoImage.class, any -> new VdsoImage(ByteString.of(new byte[4096]))),
        ObjectType.VDSO_IMAGE);
  }

  @Test
  void refusesWhatIsSaidOfMemoryThatIsNotThere() {
    long heap = SampleTask.HEAP;
    assertRefused(
        with(VmaGuard.class, any -> new VmaGuard(heap + 0x3000, heap + 0x5000)),
        ObjectType.VMA_GUARD);
    assertRefused(
        with(VmaGuard.class, any -> new VmaGuard(heap - 0x2000, heap - 0x1000)),
        ObjectType.VMA_GUARD);
    assertRefused(
        with(VmaGuard.class, any -> new VmaGuard(heap, heap + 0x2000)), ObjectType.VMA_GUARD);
    assertRefused(with(VmaPkey.class, any -> new VmaPkey(heap + 0x1000, 1)), ObjectType.VMA_PKEY);
    assertRefused(
        and(new Mempolicy(0, heap + 0x1000, 2, ByteString.of(new byte[] {1}))),
        ObjectType.MEMPOLICY);
  }

  /** Once a division by zero, an overflow, and half a gigabyte of bits. */
  @Test
  void refusesHugePagesThatAreNotWhole() {
    int of2MiB = 21 << 26 | 0x40000;
    for (Vma vma :
        List.of(
            huge(SampleTask.SHARED, 0, 0, VmaKind.ANON_PRIVATE),
            huge(SampleTask.SHARED, of2MiB, 0, VmaKind.ANON_PRIVATE),
            huge(SampleTask.SHARED, of2MiB, 4, VmaKind.ANON_SHARED))) {
      Predicate<Vma> shared = mapped -> mapped.start() == SampleTask.SHARED;
      assertRefused(withLast(Vma.class, shared, mapped -> vmaOf(mapped, vma)), ObjectType.VMA);
    }
  }

  private static Vma huge(long start, int flags, int backing, VmaKind kind) {
    return new Vma(
        start, start + 0x2000, 3, flags, VmFlag.HT.bit(), -4096, backing, ByteString.EMPTY, kind);
  }

  private static Vma vmaOf(Vma mapped, Vma wanted) {
    int backing = wanted.kind().backed() ? mapped.backing() : 0;
    return new Vma(
        wanted.start(),
        wanted.end(),
        3,
        wanted.mapFlags(),
        wanted.vmFlags(),
        wanted.pgoffBytes(),
        backing,
        ByteString.EMPTY,
        wanted.kind());
  }

  @Test
  void refusesDescriptorsThatThereCannotBe() {
    int taken =
        ((Fd)
                objects.stream()
                    .map(ImageObject::record)
                    .filter(Fd.class::isInstance)
                    .findFirst()
                    .orElseThrow())
            .fd();
    assertRefused(with(Fd.class, fd -> new Fd(taken, 0, fd.file())), ObjectType.FD);
    assertRefused(with(Fd.class, fd -> new Fd(1 << 30, 0, fd.file())), ObjectType.FD);
    assertRefused(
        with(EpollItem.class, item -> new EpollItem(item.epoll(), item.file(), 1 << 30, 1, 0)),
        ObjectType.EPOLL_ITEM);
  }

  /** Whoever opens a named pipe that he took for a file waits for ever. */
  @Test
  void refusesFilesOfAnotherType() {
    Predicate<FileRef> program = file -> file.path().equals(ByteString.of("/bin/program"));
    FileRef pipe = SampleTask.fileRef("/bin/program", SampleTask.FIFO_MODE);
    assertRefused(withLast(FileRef.class, program, file -> pipe), ObjectType.MM);
    Predicate<FileRef> folder = file -> file.path().equals(ByteString.of("/tmp"));
    FileRef other = SampleTask.fileRef("/tmp", SampleTask.FIFO_MODE);
    assertRefused(withLast(FileRef.class, folder, file -> other), ObjectType.FILE_NAMED);
    Predicate<FileRef> fifo = file -> file.path().equals(ByteString.of("/tmp/fifo"));
    FileRef regular = SampleTask.fileRef("/tmp/fifo", SampleTask.REGULAR_MODE);
    assertRefused(withLast(FileRef.class, fifo, file -> regular), ObjectType.FILE_FIFO);
  }

  @Test
  void refusesPathsThatDoNotBeginAtTheRoot() {
    assertRefused(
        withLast(
            FileRef.class,
            file -> file.path().equals(ByteString.of("/tmp")),
            file -> SampleTask.fileRef("tmp", SampleTask.FOLDER_MODE)),
        ObjectType.FILE_REF);
    assertRefused(
        with(FileChrdev.class, any -> new FileChrdev(ByteString.of("null"), 1, 3, 2, 0)),
        ObjectType.FILE_CHRDEV);
  }

  @Test
  void refusesFlagsThatWouldMakeOrCutFiles() {
    for (int flag : new int[] {0100, 0200, 01000}) {
      assertRefused(
          with(FileRegular.class, open -> new FileRegular(open.file(), 1 | flag, 0)),
          ObjectType.FILE_REGULAR);
      assertRefused(
          with(FileChrdev.class, any -> new FileChrdev(any.path(), 1, 3, flag, 0)),
          ObjectType.FILE_CHRDEV);
    }
  }

  @Test
  void refusesANamedPipeOfTwoNames() {
    int program =
        objects.stream()
            .filter(object -> object.record() instanceof FileRef)
            .findFirst()
            .orElseThrow()
            .objref();
    assertRefused(
        with(FileFifo.class, end -> new FileFifo(end.pipe(), program, 0, false)),
        ObjectType.FILE_FIFO);
  }

  @Test
  void refusesSocketsThatDoNotFitEachOther() {
    assertRefused(
        with(FileUnixSocket.class, any -> SampleTask.unixSocket(72, 99, List.of())),
        ObjectType.FILE_UNIX_SOCKET);
    assertRefused(
        with(FileUnixSocket.class, any -> SampleTask.unixSocket(71, 71, List.of())),
        ObjectType.FILE_UNIX_SOCKET);
    assertRefused(
        with(SocketRights.class, any -> new SocketRights(any.socket(), 1, any.files())),
        ObjectType.SOCKET_RIGHTS);
    assertRefused(
        withLast(
            FileInetSocket.class,
            socket -> socket.sockType() == FileInetSocket.SOCK_STREAM,
            any -> SampleTask.inetSocket(1, FileInetSocket.UNCONNECTED, 4)),
        ObjectType.TCP_SOCK);
    assertRefused(
        with(
            FileInetSocket.class,
            any -> SampleTask.inetSocket(FileInetSocket.SOCK_RAW, FileInetSocket.UNCONNECTED, 4)),
        ObjectType.UDP_DATAGRAM);
    assertRefused(
        with(
            FileInetSocket.class,
            any -> SampleTask.inetSocket(FileInetSocket.SOCK_DGRAM, FileInetSocket.UNCONNECTED, 3)),
        ObjectType.FILE_INET_SOCKET);
    for (byte[] name : List.of(new byte[1], new byte[16], new byte[] {10, 0}, new byte[28])) {
      assertRefused(
          with(
              FileInetSocket.class,
              any ->
                  SampleTask.inetSocket(
                      FileInetSocket.SOCK_DGRAM, FileInetSocket.UNCONNECTED, 4, name)),
          ObjectType.FILE_INET_SOCKET);
    }
  }

  @Test
  void namesTheLastObjectWhenOneIsMissing() {
    List<ImageObject> none = List.of(objects.get(0));
    CorruptImageException e = refused(none);
    assertEquals("THREAD", e.objectType());
    assertEquals(none.get(0).offset(), e.offset());
    assertRefusedMissing(List.of(), "TASK");
    Predicate<ImageObject> isMm = object -> object.record() instanceof Mm;
    assertRefusedMissing(objects.stream().filter(isMm.negate()).toList(), "MM");
  }

  private static void assertRefusedMissing(List<ImageObject> objects, String type) {
    assertEquals(type, refused(objects).objectType());
  }

  @Test
  void keepsAnObjectThatTwoHave() {
    Shmem shmem = new Shmem(ShmemKind.ANON, ByteString.EMPTY, 4096, 0, 0, 0100600);
    List<ImageObject> unused = new ArrayList<>(objects);
    unused.add(new ImageObject(100L * unused.size(), 10_000, shmem));
    assertRefused(unused, ObjectType.SHMEM);
  }
}
