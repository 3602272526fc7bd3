package dev.ckpt.rstr;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.proc.Limits;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.Vdso;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.record.CpuFeatures;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.Cred;
import dev.ckpt.format.record.Fd;
import dev.ckpt.format.record.FileChrdev;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.FileRegular;
import dev.ckpt.format.record.FileTty;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.Rlimits;
import dev.ckpt.format.record.Sched;
import dev.ckpt.format.record.Task;
import dev.ckpt.format.record.TaskThread;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The state of a task as an image has it, made by hand: by default one that could be restored here
 * and now. A test changes a field and builds it.
 */
final class HandMade {
  /** Above every pid there can be. */
  static final int FREE_PID = (1 << 22) + 1;

  static final long VDSO_START = 0x7ffc00102000L;
  static final long VDSO_END = 0x7ffc00104000L;

  private static final ByteString NAME = ByteString.of("test");
  private static final ByteString NONE = ByteString.of("");

  short arch = Header.EM_X86_64;
  UUID bootId;
  long monotonicNanos = 1;
  int vdsoCrc;
  String cpuFeatures;
  int tid = FREE_PID;
  int uid = Tasks.effectiveUser();
  String cwd = "/";
  boolean tty;
  int threadFlags;
  long tidAddress;
  long[] hardLimits = new long[Rlimits.RLIM_NLIMITS];
  final List<Integer> fds = new ArrayList<>();
  final List<Vma> vmas = new ArrayList<>();
  final List<ImageRecord> more = new ArrayList<>();
  FileRef exe;

  /** A file besides the program, or none. */
  FileRef file;

  /** An open device, or none. */
  FileChrdev device;

  /** Flags it is open with, or -1. */
  int openFlags = -1;

  /** Bits of VmFlag it is mapped with, or -1. */
  long mappedFlags = -1;

  /** Capabilities. */
  long permitted;

  /** Where its bounding set differs from ours. */
  long boundingToggled;

  VmaKind mappedKind = VmaKind.FILE_SHARED;

  HandMade(FileRef exe) throws IOException {
    this.exe = exe;
    bootId = ProcFs.bootId();
    cpuFeatures = new String(ProcFs.cpuInfo().flags().toByteArray(), US_ASCII);
    CRC32C crc = new CRC32C();
    crc.update(Vdso.ownContent());
    vdsoCrc = (int) crc.getValue();
    Limits ours = ProcFs.of(Tasks.self()).limits();
    for (int i = 0; i < hardLimits.length; i++) {
      hardLimits[i] = ours.get(i).hard();
    }
  }

  static FileRef fileRef(Path path, long size, long mtimeNanos) {
    return new FileRef(
        ByteString.of(path.toString()),
        1,
        2,
        0100644,
        size,
        mtimeNanos,
        ByteString.of(""),
        0,
        0,
        false);
  }

  static Vma anonymous(long start, long end) {
    return new Vma(start, end, 3, 0x22, 0, 0, 0, NONE, VmaKind.ANON_PRIVATE);
  }

  /** The registers of a thread, without extended state. */
  static CpuX86_64 cpu(int tid, UserRegs regs) {
    long[] r = regs.toArray();
    return new CpuX86_64(
        tid, r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13],
        r[14], r[15], r[16], r[17], r[18], r[19], r[20], r[21], r[22], r[23], r[24], r[25], r[26],
        NONE, 0);
  }

  /** Where the pages of its own memory belong to, while there is no file beside the program. */
  static final int MM = 2;

  /** What writes page arrays behind all the rest. */
  interface PageWriting {
    void write(ImageWriter writer) throws IOException;
  }

  ImageState build() throws IOException {
    byte[] image = image(writer -> {});
    try (ImageReader reader =
        new ImageReader(Channels.newChannel(new ByteArrayInputStream(image)))) {
      return ImageState.read(reader);
    }
  }

  byte[] image(PageWriting pages) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      writer.write(
          new Header(
              arch,
              4096,
              NAME,
              bootId,
              monotonicNanos,
              1,
              1,
              new UUID(1, 2),
              Header.NO_PARENT,
              NAME,
              NAME));
      writer.write(new CpuFeatures(ByteString.of(cpuFeatures)));
      writeTask(writer);
      writeFiles(writer);
      pages.write(writer);
      writer.finish();
    }
    return bytes.toByteArray();
  }

  private void writeTask(ImageWriter writer) throws IOException {
    ByteString folder = ByteString.of(cwd);
    ByteString root = ByteString.of("/");
    writer.write(
        new Task(
            tid,
            1,
            tid,
            tid,
            NAME,
            0,
            022,
            17,
            0,
            1,
            NONE,
            folder,
            root,
            1,
            Task.SESSION_LEADER | Task.GROUP_LEADER,
            0,
            0,
            0,
            0,
            0));
    writer.write(
        new TaskThread(tid, NAME, 0, 0, 0, tidAddress, 0, 0, 0, 0, 2, 0, 0, 0, threadFlags));
    writer.write(new Sched(tid, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 50_000, NONE));
    long bounding = ProcFs.of(Tasks.self()).status().capBnd() ^ boundingToggled;
    writer.write(
        new Cred(
            tid, uid, uid, uid, uid, 0, 0, 0, 0, List.of(), 0, permitted, 0, bounding, 0, 0, true));
    List<Rlimits.Rlimit> limits = new ArrayList<>();
    for (long hard : hardLimits) {
      limits.add(new Rlimits.Rlimit(0, hard));
    }
    writer.write(new Rlimits(limits));
  }

  private void writeFiles(ImageWriter writer) throws IOException {
    int exeRef = writer.writeShared(exe);
    int fileRef = file == null ? 0 : writer.writeShared(file);
    writer.writeShared(
        new Mm(
            0x400000,
            0x401000,
            0x402000,
            0x403000,
            0x500000,
            0x501000,
            0x7ffc00001000L,
            0x7ffc00002000L,
            0x7ffc00002010L,
            0x7ffc00002010L,
            0x7ffc00002fe0L,
            ByteString.of(new byte[32]),
            exeRef,
            VDSO_START,
            VDSO_END,
            0x7ffc000fe000L,
            vdsoCrc,
            0x33,
            0));
    for (Vma vma : vmas) {
      writer.write(vma);
    }
    for (ImageRecord record : more) {
      writer.write(record);
    }
    if (mappedFlags != -1) {
      int mapFlags = mappedKind == VmaKind.FILE_SHARED ? 1 : 2;
      writer.write(
          new Vma(
              0x7f0000000000L,
              0x7f0000001000L,
              1,
              mapFlags,
              mappedFlags,
              0,
              fileRef,
              file.path(),
              mappedKind));
    }
    int open = 0;
    if (openFlags != -1) {
      open = writer.writeShared(new FileRegular(fileRef, openFlags, 0));
    } else if (!fds.isEmpty()) {
      open = writer.writeShared(new FileRegular(exeRef, 0, 0));
    }
    if (tty) {
      writer.writeShared(new FileTty(ByteString.of("/dev/pts/0"), 136, 0, 2, NONE, 24, 80, 0, 0));
    }
    if (device != null) {
      writer.writeShared(device);
    }
    for (int fd : fds) {
      writer.write(new Fd(fd, 0, open));
    }
  }
}
