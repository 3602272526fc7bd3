package dev.ckpt.rstr;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.record.Mempolicy;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.SysvShm;
import dev.ckpt.format.record.VdsoImage;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaGuard;
import dev.ckpt.format.record.VmaKind;
import dev.ckpt.format.record.VmaPkey;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** The address space, its mappings, and what is said of parts of them. */
final class MemoryRules {
  private final TaskRules rules;

  /** The mappings by their first address; those above 2^47 are last. */
  private final TreeMap<Long, Vma> vmas = new TreeMap<>(Long::compareUnsigned);

  private MemoryRules(TaskRules rules) {
    this.rules = rules;
  }

  static void check(TaskRules rules) throws CorruptImageException {
    MemoryRules memory = new MemoryRules(rules);
    Mm mm = (Mm) rules.one(ObjectType.MM).record();
    rules.atMostOne(ObjectType.VDSO_IMAGE);
    rules.atMostOne(ObjectType.PKEYS);
    memory.vmas(mm);
    memory.guards();
    memory.keysAndPolicies();
    memory.vdsoImage(mm);
    rules.distinct(ObjectType.SYSV_SHM, SysvShm.class, "id", SysvShm::id);
  }

  private void vmas(Mm mm) throws CorruptImageException {
    long end = 0;
    for (ImageObject object : rules.all(ObjectType.VMA)) {
      Vma vma = (Vma) object.record();
      if (Long.compareUnsigned(vma.start(), end) < 0) {
        throw TaskRules.corrupt(object, "mappings that ascend", text(vma.start(), vma.end()));
      }
      end = vma.end();
      vmas.put(vma.start(), vma);
      if (vma.kind() == VmaKind.VDSO
          && (vma.start() < mm.vdsoStart() || vma.end() > mm.vdsoEnd())) {
        throw TaskRules.corrupt(
            object,
            "the vdso of MM, " + text(mm.vdsoStart(), mm.vdsoEnd()),
            text(vma.start(), vma.end()));
      }
      if (vma.has(VmFlag.HT)) {
        hugePages(object, vma);
      }
    }
  }

  /** A mapping of huge TLB pages is of whole ones. */
  private void hugePages(ImageObject object, Vma vma) throws CorruptImageException {
    long bytes =
        vma.kind().backed() && rules.target(vma.backing()) instanceof Shmem shmem
            ? shmem.hugePageBytes()
            : vma.hugePageBytes();
    boolean fits =
        bytes != 0
            && (vma.start() | vma.end()) % bytes == 0
            && (!vma.kind().backed() || vma.pgoffBytes() % bytes == 0)
            && vma.pgoffBytes() >= 0
            && vma.pgoffBytes() <= Limits.USER_SPACE_END;
    if (!fits) {
      throw TaskRules.corrupt(
          object,
          "whole huge pages of " + bytes + " bytes",
          text(vma.start(), vma.end()) + " at " + vma.pgoffBytes());
    }
  }

  private void guards() throws CorruptImageException {
    long end = 0;
    for (ImageObject object : rules.all(ObjectType.VMA_GUARD)) {
      VmaGuard guard = (VmaGuard) object.record();
      Map.Entry<Long, Vma> in = vmas.floorEntry(guard.start());
      if (guard.start() < end || in == null || in.getValue().end() < guard.end()) {
        throw TaskRules.corrupt(
            object, "ascending ranges within a VMA", text(guard.start(), guard.end()));
      }
      end = guard.end();
    }
  }

  private void keysAndPolicies() throws CorruptImageException {
    for (ImageObject object : rules.all(ObjectType.VMA_PKEY)) {
      requireVma(object, ((VmaPkey) object.record()).start());
    }
    rules.distinct(ObjectType.VMA_PKEY, VmaPkey.class, "the mapping at", VmaPkey::start);
    for (ImageObject object : rules.all(ObjectType.MEMPOLICY)) {
      Mempolicy policy = (Mempolicy) object.record();
      if (policy.tid() == 0) {
        requireVma(object, policy.start());
      }
    }
  }

  private void requireVma(ImageObject object, long start) throws CorruptImageException {
    if (!vmas.containsKey(start)) {
      throw TaskRules.corrupt(object, "the first address of a VMA", Long.toHexString(start));
    }
  }

  private void vdsoImage(Mm mm) throws CorruptImageException {
    for (ImageObject object : rules.all(ObjectType.VDSO_IMAGE)) {
      ByteString content = ((VdsoImage) object.record()).content();
      CRC32C crc = new CRC32C();
      crc.update(content.asByteBuffer());
      boolean whole = content.length() == mm.vdsoEnd() - mm.vdsoStart();
      if (!whole || (int) crc.getValue() != mm.vdsoCrc32c()) {
        throw TaskRules.corrupt(
            object, "the vdso of MM", "another of " + content.length() + " bytes");
      }
    }
  }

  private static String text(long start, long end) {
    return Long.toHexString(start) + "-" + Long.toHexString(end);
  }
}
