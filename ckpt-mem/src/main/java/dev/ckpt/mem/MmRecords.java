package dev.ckpt.mem;

import dev.ckpt.core.checkpoint.CkptContext;
import dev.ckpt.core.checkpoint.FileRefs;
import dev.ckpt.core.kernel.FileStat;
import dev.ckpt.core.kernel.Hugetlb;
import dev.ckpt.core.proc.SmapsEntry;
import dev.ckpt.core.proc.Stat;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.VdsoImage;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import dev.ckpt.format.record.VmaPkey;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/** Makes the records of mm and vma. */
final class MmRecords {
  private static final int MAP_SHARED = 0x1;
  private static final int MAP_PRIVATE = 0x2;
  private static final int MAP_DROPPABLE = 0x8;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_GROWSDOWN = 0x100;
  private static final int MAP_NORESERVE = 0x4000;
  private static final long KB = 1024;

  private MmRecords() {}

  /** Adds the records of the vdso and of the address space as a whole; the reference to that. */
  static int saveMm(
      CkptContext context, List<Mapping> mappings, int exeFile, long brk, int lockFuture)
      throws CkptException {
    Stat stat = context.proc().stat();
    SmapsEntry vdso = first(mappings, VmaKind.VDSO).orElseThrow();
    long vvarStart = first(mappings, VmaKind.VVAR).map(vvar -> vvar.vma().start()).orElse(0L);
    byte[] content =
        context.memory().readForced(vdso.vma().start(), Math.toIntExact(vdso.vma().lenBytes()));
    context.add(new VdsoImage(ByteString.of(content)));
    return context.addTarget(
        new Mm(
            stat.startCode(),
            stat.endCode(),
            stat.startData(),
            stat.endData(),
            stat.startBrk(),
            brk,
            stat.startStack(),
            stat.argStart(),
            stat.argEnd(),
            stat.envStart(),
            stat.envEnd(),
            context.proc().auxv().raw(),
            exeFile,
            vdso.vma().start(),
            vdso.vma().end(),
            vvarStart,
            crcOf(content),
            context.proc().coredumpFilter(),
            lockFuture));
  }

  /** Adds the record of the program file where it has its name; the reference to it. */
  static int saveExe(CkptContext context) throws CkptException {
    ByteString exe = context.proc().link("exe");
    return FileRefs.saveMapped(context, exe, FileStat.of("/proc/" + context.pid() + "/exe"));
  }

  private static Optional<SmapsEntry> first(List<Mapping> mappings, VmaKind kind) {
    return mappings.stream()
        .filter(mapping -> mapping.kind() == kind)
        .map(Mapping::entry)
        .findFirst();
  }

  private static int crcOf(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return (int) crc.getValue();
  }

  /**
   * Adds the record of one mapping, and that of its protection key.
   *
   * @param backing reference to its file or memory object, or 0
   */
  static void saveVma(CkptContext context, Mapping mapping, int backing) {
    SmapsEntry entry = mapping.entry();
    Set<VmFlag> flags = EnumSet.noneOf(VmFlag.class);
    for (String letters : entry.vmFlags()) {
      VmFlag.of(letters).ifPresent(flags::add);
    }
    // That of our own userfaultfd: any other is refused.
    flags.remove(VmFlag.UW);
    context.add(
        new Vma(
            entry.vma().start(),
            entry.vma().end(),
            entry.vma().prot(),
            mapFlags(entry, mapping.kind(), flags),
            VmFlag.bitsOf(flags),
            backing == 0 ? 0 : entry.vma().offset(),
            backing,
            mapping.isOfImage() ? ByteString.of("") : entry.vma().name(),
            mapping.kind()));
    int pkey = entry.protectionKey().orElse(0);
    if (pkey != 0) {
      context.add(new VmaPkey(entry.vma().start(), pkey));
    }
  }

  private static int mapFlags(SmapsEntry entry, VmaKind kind, Set<VmFlag> flags) {
    int map = entry.vma().shared() ? MAP_SHARED : MAP_PRIVATE;
    if (flags.contains(VmFlag.DP)) {
      map = MAP_DROPPABLE;
    }
    if (kind == VmaKind.ANON_PRIVATE || kind == VmaKind.STACK) {
      map |= MAP_ANONYMOUS;
    }
    if (flags.contains(VmFlag.GD)) {
      map |= MAP_GROWSDOWN;
    }
    if (flags.contains(VmFlag.NR)) {
      map |= MAP_NORESERVE;
    }
    if (flags.contains(VmFlag.HT) && kind == VmaKind.ANON_PRIVATE) {
      map |= Hugetlb.MAP_HUGETLB | Hugetlb.sizeFlag(entry.kernelPageSizeKb() * KB);
    }
    return map;
  }
}
