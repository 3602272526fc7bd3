package dev.ckpt.rstr;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Errno;
import dev.ckpt.core.kernel.Tasks;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.proc.MapsEntry;
import dev.ckpt.core.proc.ProcFs;
import dev.ckpt.core.tracee.BatchRunner;
import dev.ckpt.core.tracee.RemoteMap;
import dev.ckpt.core.tracee.Vdso;
import dev.ckpt.core.tracee.x86_64.UserRegs;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.CpuX86_64;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.VdsoImage;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The vdso of the new task. The kernel maps its own: where the old one was, if that is the same. If
 * it is another, the old one stays at its place as memory of the task's, and leads to the kernel's
 * own, which stands where nothing was ({@link VdsoBridge}).
 *
 * <p>NB: nothing is mapped where the data pages of the old one were. Should old code run after all,
 * it faults rather than tell a wrong time.
 */
final class VdsoMapping {
  private static final int ARCH_MAP_VDSO_64 = 0x2003;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  static final String REMEDY = "restore it on the kernel build it was dumped on";

  private final ImageState state;
  private final Mm mm;
  private final byte[] ours;
  private final boolean same;
  private Optional<VdsoBridge> bridge = Optional.empty();
  private long start;

  private VdsoMapping(ImageState state) throws CkptException {
    this.state = state;
    this.mm = state.mm();
    this.ours = Vdso.ownContent();
    this.same = crcOf(ours) == mm.vdsoCrc32c();
    this.start = mm.vdsoStart();
  }

  private static int crcOf(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return (int) crc.getValue();
  }

  static VdsoMapping of(ImageState state) throws CkptException {
    return new VdsoMapping(state);
  }

  /** Takes note of what stands in the way. */
  void check(Checks checks) throws CkptException {
    if (same) {
      return;
    }
    String release = "kernel " + state.header().kernelRelease();
    List<VdsoImage> saved = state.all(VdsoImage.class);
    if (saved.isEmpty()) {
      checks.refuse(RefusalCode.VDSO_DIFFERS, "the vdso is not that of " + release, REMEDY);
      return;
    }
    VdsoBridge planned =
        VdsoBridge.between(state.only(VdsoImage.class).content().toByteArray(), ours);
    for (String obstacle : planned.obstacles()) {
      checks.refuse(
          RefusalCode.VDSO_DIFFERS,
          "the vdso is not that of " + release + ", and " + obstacle,
          REMEDY);
    }
    for (CpuX86_64 cpu : state.all(CpuX86_64.class)) {
      if (isLost(planned, new UserRegs(cpu.regs()).ip())) {
        checks.refuse(
            RefusalCode.VDSO_DIFFERS,
            "thread " + cpu.tid() + " stands in the vdso of " + release,
            REMEDY);
      }
    }
    checks.note("vdso: that of " + release + " is kept, and leads to this kernel's");
    bridge = Optional.of(planned);
  }

  private RemoteMap oldPlace() {
    return new RemoteMap(mm.vdsoStart(), mm.vdsoEnd() - mm.vdsoStart());
  }

  /** Where the kernel's own begins, once it is mapped. */
  RemoteMap place() {
    return new RemoteMap(start, ours.length);
  }

  /** Has the kernel map its own, and puts the old one where it was if that is another. */
  void map(RstrContext context, BatchRunner run) throws CkptException {
    if (bridge.isEmpty()) {
      mapOwn(run, mm.vvarStart() == 0 ? mm.vdsoStart() : mm.vvarStart());
      return;
    }
    RemoteMap free = context.layout().takeAbove(oldPlace().end(), ownLenBytes());
    mapOwn(run, free.address());
    run.call(
        "mmap",
        SyscallNumbers.MMAP,
        oldPlace().address(),
        oldPlace().lenBytes(),
        prot(),
        MAP_PRIVATE_ANONYMOUS | AddressSpace.MAP_FIXED_NOREPLACE,
        -1,
        0);
    run.flush();
    List<MapsEntry> maps = ProcFs.of(context.leader().pid()).maps().entries();
    start = Vdso.find(maps).map(RemoteMap::address).orElse(0L);
    if (!free.contains(start)) {
      throw new SyscallException(
          context.leader().toString(),
          "arch_prctl(ARCH_MAP_VDSO_64)",
          free.toString(),
          Errno.EEXIST);
    }
    context.memory().writeForced(oldPlace().address(), bridge.get().contentFor(start));
  }

  /**
   * What looks for signal frames that lead back into the old one; nothing if it is the kernel's.
   */
  Optional<SignalFrames> frames() {
    return bridge.map(planned -> new SignalFrames(state, ip -> isLost(planned, ip)));
  }

  private boolean isLost(VdsoBridge planned, long ip) {
    return oldPlace().contains(ip) && planned.isLost(ip - oldPlace().address());
  }

  private static void mapOwn(BatchRunner run, long address) throws CkptException {
    run.call("arch_prctl", SyscallNumbers.ARCH_PRCTL, ARCH_MAP_VDSO_64, address);
  }

  private int prot() throws CorruptImageException {
    for (Vma vma : state.vmas()) {
      if (vma.kind() == VmaKind.VDSO && vma.start() == mm.vdsoStart()) {
        return vma.prot();
      }
    }
    throw new CorruptImageException(0, "VMA", "one of the vdso", "none");
  }

  /** The kernel's data pages and the vdso, which it maps side by side. */
  private static long ownLenBytes() throws CkptException {
    List<MapsEntry> maps = ProcFs.of(Tasks.self()).maps().entries();
    RemoteMap vdso = Vdso.find(maps).orElseThrow();
    long begin = vdso.address();
    for (MapsEntry entry : maps) {
      if (entry.name().toString().startsWith("[vvar")) {
        begin = Math.min(begin, entry.start());
      }
    }
    return vdso.end() - begin;
  }
}
