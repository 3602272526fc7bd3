package dev.ckpt.tests.fuzz;

import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileUnixSocket;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.ObjectReference;
import dev.ckpt.format.record.Seccomp;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Makes a task that could be restored of the golden image, whose records are of many tasks. */
final class WholeTask {
  private static final int TID = 812;

  /** Those that cannot be mended by one field. */
  private static final Set<ObjectType> LEFT_OUT =
      EnumSet.of(
          ObjectType.VDSO_IMAGE,
          ObjectType.FILE_FIFO,
          ObjectType.FILE_PTY,
          ObjectType.UDP_DATAGRAM,
          ObjectType.FD);

  private WholeTask() {}

  /** The state of one, without pages. */
  static List<ImageObject> of(List<ImageObject> golden) {
    List<ImageObject> whole = new ArrayList<>();
    for (ImageObject object : golden) {
      ObjectType type = object.record().type();
      boolean state = type.phase().compareTo(ObjectType.Phase.STATE) <= 0;
      if (state && !LEFT_OUT.contains(type)) {
        whole.add(new ImageObject(0, object.objref(), mended(object.record())));
      }
    }
    while (whole.removeIf(object -> isUnused(object, whole))) {
      // what one of them refers to may be unused now
    }
    List<ImageObject> fds = new ArrayList<>();
    for (ImageObject object : whole) {
      if (object.record().type().isOpenFile()) {
        fds.add(new ImageObject(0, 0, new Fd(object.objref(), 0, object.objref())));
      }
    }
    whole.addAll(fds);
    return whole;
  }

  private static boolean isUnused(ImageObject object, List<ImageObject> all) {
    if (object.objref() == 0
        || object.record().type() == ObjectType.MM
        || object.record().type().isOpenFile()) {
      return false;
    }
    Set<Integer> used = new HashSet<>();
    for (ImageObject other : all) {
      for (ObjectReference to : other.record().references()) {
        used.add(to.objref());
      }
    }
    return !used.contains(object.objref());
  }

  private static ImageRecord mended(ImageRecord content) {
    if (content instanceof CpuX86_64 cpu) {
      UserRegs regs = new UserRegs(cpu.regs());
      long[] sleeping = regs.with(UserRegs.ORIG_RAX, SyscallNumbers.NANOSLEEP).toArray();
      return CpuX86_64.of(TID, sleeping, cpu.xsave(), cpu.xfeatures());
    } else if (content instanceof Seccomp seccomp) {
      return new Seccomp(TID, seccomp.filter());
    } else if (content instanceof FileUnixSocket socket) {
      return alone(socket);
    }
    return content;
  }

  /** Its peer is not there. */
  private static FileUnixSocket alone(FileUnixSocket socket) {
    return new FileUnixSocket(
        socket.inode(),
        socket.flags(),
        socket.sockType(),
        FileUnixSocket.PEER_GONE,
        0,
        0,
        socket.shutdown(),
        socket.uid(),
        socket.fileMode(),
        socket.fileUid(),
        socket.fileGid(),
        ByteString.EMPTY,
        ByteString.EMPTY,
        socket.options(),
        socket.messages());
  }
}
