package dev.ckpt.convert;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.Cred;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.Sched;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.TaskThread;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** Images of a task that never was. */
public final class TaskImages {
  public static final int PID = 812;
  public static final int PAGE = Limits.PAGE_SIZE;
  public static final int XSAVE_BYTES = 832;

  private TaskImages() {}

  /** What stands behind the state of one: mappings, objects and pages. */
  public interface Content {
    /** Writes them; the owner of private pages has this number. */
    void put(ImageWriter writer, int mm) throws IOException;
  }

  public static Header header(UUID uuid, UUID parent) {
    ByteString none = ByteString.EMPTY;
    return new Header(
        Header.EM_X86_64, PAGE, none, new UUID(1, 2), 3, 4, 5, uuid, parent, none, none);
  }

  /** The bytes of a page that has this content everywhere. */
  public static ByteBuffer page(int content) {
    byte[] bytes = new byte[PAGE];
    java.util.Arrays.fill(bytes, (byte) content);
    return ByteBuffer.allocateDirect(PAGE).put(bytes).flip();
  }

  public static void writePage(ImageWriter writer, int owner, long addr, int content)
      throws IOException {
    PageRun run = new PageRun(addr, 1, PageKind.DATA);
    writer.writePages(new PageArray(owner, List.of(run)), page(content));
  }

  public static Vma anonymous(long start, long nrPages) {
    return vma(start, nrPages, 0, 0, VmaKind.ANON_PRIVATE);
  }

  public static Vma vma(long start, long nrPages, int backing, long flags, VmaKind kind) {
    ByteString none = ByteString.EMPTY;
    return new Vma(start, start + nrPages * PAGE, 3, 0x22, flags, 0, backing, none, kind);
  }

  /** What an image says of a file that is there. */
  public static FileRef file(Path path) throws IOException {
    var found = Files.readAttributes(path, "unix:*");
    return new FileRef(
        ByteString.of(path.toString()),
        (Long) found.get("dev"),
        (Long) found.get("ino"),
        (Integer) found.get("mode"),
        (Long) found.get("size"),
        Files.getLastModifiedTime(path).to(java.util.concurrent.TimeUnit.NANOSECONDS),
        ByteString.EMPTY,
        0,
        0,
        false);
  }

  public static Task task() {
    ByteString root = ByteString.of("/");
    ByteString comm = ByteString.of("sleeper");
    return new Task(
        PID,
        1,
        PID,
        700,
        comm,
        0,
        022,
        17,
        0,
        1,
        ByteString.EMPTY,
        root,
        root,
        1,
        0,
        0,
        0,
        0,
        0,
        20);
  }

  public static CpuX86_64 cpu(int tid, int xsaveBytes, long features) {
    long[] regs = new long[CpuX86_64.NR_REGS];
    for (int i = 0; i < regs.length; i++) {
      regs[i] = tid * 1000L + i;
    }
    byte[] xsave = new byte[xsaveBytes];
    for (int i = 0; i < xsaveBytes; i++) {
      xsave[i] = (byte) (1 + i % 251);
    }
    return CpuX86_64.of(tid, regs, ByteString.of(xsave), features);
  }

  public static Mm mm(int exe, int coredumpFilter) {
    ByteString auxv = ByteString.of(new byte[32]);
    return new Mm(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, auxv, exe, 0, 0, 0, 0, coredumpFilter, 0);
  }

  /** Writes an image of a task with a thread of each of these numbers above its own. */
  public static Path write(
      Path path, UUID parent, int filter, List<Integer> others, Content content)
      throws IOException {
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(Files.newOutputStream(path)))) {
      writer.write(header(new UUID(7, path.hashCode()), parent));
      writer.write(task());
      putThread(writer, PID, XSAVE_BYTES);
      for (int tid : others) {
        putThread(writer, tid, XSAVE_BYTES);
      }
      FileRef exe =
          new FileRef(ByteString.of("/gone"), 1, 1, 0100755, 1, 1, ByteString.EMPTY, 0, 0, false);
      int mm = writer.writeShared(mm(writer.writeShared(exe), filter));
      content.put(writer, mm);
      writer.finish();
    }
    return path;
  }

  public static void putThread(ImageWriter writer, int tid, int xsaveBytes) throws IOException {
    ByteString comm = ByteString.of("sleeper");
    ByteString none = ByteString.EMPTY;
    writer.write(new TaskThread(tid, comm, 0x4000, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0));
    writer.write(cpu(tid, xsaveBytes, 7));
    writer.write(new Sched(tid, 0, -7, 0, 0, 0, 0, 0, 0, 0, 0, 0, none));
    writer.write(new Cred(tid, 1000, 1, 1, 1, 100, 1, 1, 1, List.of(), 0, 0, 0, 0, 0, 0, false));
  }
}
