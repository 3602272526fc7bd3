package dev.ckpt.format.diff;

import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.Cred;
import dev.ckpt.format.record.EpollItem;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.GhostFile;
import dev.ckpt.format.record.GhostFolder;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.InotifyWatch;
import dev.ckpt.format.record.Mempolicy;
import dev.ckpt.format.record.PosixTimer;
import dev.ckpt.format.record.RestartBlock;
import dev.ckpt.format.record.Sched;
import dev.ckpt.format.record.Seccomp;
import dev.ckpt.format.record.Sigpending;
import dev.ckpt.format.record.SocketRights;
import dev.ckpt.format.record.SysvShm;
import dev.ckpt.format.record.TaskThread;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaGuard;
import dev.ckpt.format.record.VmaPkey;
import java.util.Comparator;

/**
 * What tells one object from the others of its type, in any image of a task: a thread's number, a
 * mapping's address, a descriptor's number, a file's path.
 *
 * @param number one of these, or 0 where there is one object of the type, or none has a number
 * @param text a path, or empty
 * @param nr 1 for the first of those that nothing else tells from each other, 2 for the next
 */
record ObjectKey(ObjectType type, long number, String text, int nr)
    implements Comparable<ObjectKey> {
  /** Descriptors first: what several things lead to is called after the first of them. */
  private static final Comparator<ObjectKey> ORDER =
      Comparator.comparingInt((ObjectKey key) -> rank(key.type()))
          .thenComparing(ObjectKey::type)
          .thenComparing(ObjectKey::number, Long::compareUnsigned)
          .thenComparing(ObjectKey::text)
          .thenComparingInt(ObjectKey::nr);

  /** The key of the first such object. */
  static ObjectKey of(ImageRecord record) {
    return new ObjectKey(record.type(), number(record), textOf(record), 1);
  }

  /** The key of one of those that nothing else tells from each other. */
  ObjectKey withNr(int other) {
    return new ObjectKey(type, number, text, other);
  }

  private static int rank(ObjectType type) {
    return switch (type) {
      case FD -> 0;
      case VMA -> 1;
      default -> 2;
    };
  }

  private static long number(ImageRecord record) {
    long tid = tid(record);
    if (tid != 0) {
      return tid;
    }
    if (record instanceof Fd fd) {
      return fd.fd();
    }
    if (record instanceof Vma vma) {
      return vma.start();
    }
    if (record instanceof VmaGuard guard) {
      return guard.start();
    }
    if (record instanceof VmaPkey pkey) {
      return pkey.start();
    }
    if (record instanceof PosixTimer timer) {
      return timer.id();
    }
    if (record instanceof SysvShm segment) {
      return segment.id();
    }
    if (record instanceof EpollItem item) {
      return item.fd();
    }
    if (record instanceof InotifyWatch watch) {
      return watch.wd();
    }
    return record instanceof SocketRights rights ? rights.message() : 0;
  }

  private static int tid(ImageRecord record) {
    if (record instanceof TaskThread thread) {
      return thread.tid();
    }
    if (record instanceof CpuX86_64 cpu) {
      return cpu.tid();
    }
    if (record instanceof RestartBlock block) {
      return block.tid();
    }
    if (record instanceof Sched sched) {
      return sched.tid();
    }
    if (record instanceof Cred cred) {
      return cred.tid();
    }
    if (record instanceof Seccomp seccomp) {
      return seccomp.tid();
    }
    return record instanceof Sigpending pending ? pending.tid() : 0;
  }

  private static String textOf(ImageRecord record) {
    if (record instanceof FileRef file) {
      return FieldText.text(file.path());
    }
    if (record instanceof GhostFile ghost) {
      return FieldText.text(ghost.path());
    }
    if (record instanceof GhostFolder ghost) {
      return FieldText.text(ghost.path());
    }
    if (record instanceof Mempolicy policy) {
      return policy.tid() != 0 ? Integer.toString(policy.tid()) : Long.toHexString(policy.start());
    }
    return "";
  }

  /** What people call it. */
  String label() {
    boolean address =
        type == ObjectType.VMA || type == ObjectType.VMA_GUARD || type == ObjectType.VMA_PKEY;
    String digits = address ? Long.toHexString(number) : Long.toString(number);
    boolean numbered = number != 0 || type == ObjectType.FD || type == ObjectType.POSIX_TIMER;
    return type.name()
        + (numbered ? " " + digits : "")
        + (text.isEmpty() ? "" : " " + text)
        + (nr == 1 ? "" : " (" + nr + ")");
  }

  @Override
  public int compareTo(ObjectKey other) {
    return ORDER.compare(this, other);
  }
}
