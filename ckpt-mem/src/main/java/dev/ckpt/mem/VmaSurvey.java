package dev.ckpt.mem;

import dev.ckpt.core.checkpoint.Refusals;
import dev.ckpt.core.proc.SmapsEntry;
import dev.ckpt.error.Code;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.VmFlag;
import dev.ckpt.format.record.VmaKind;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Tells of each mapping what kind it is, or refuses it with a code of its own. */
final class VmaSurvey {
  private static final String LATER = "this version cannot save it; unmap it before the dump";

  /** Flags that a new mapping gets by itself or by what we do to it again. */
  private static final Set<VmFlag> REBUILT =
      EnumSet.of(
          VmFlag.RD, VmFlag.WR, VmFlag.EX, VmFlag.SH, VmFlag.MR, VmFlag.MW, VmFlag.ME, VmFlag.MS,
          VmFlag.DW, VmFlag.SR, VmFlag.RR, VmFlag.DC, VmFlag.AC, VmFlag.NR, VmFlag.WF, VmFlag.DD,
          VmFlag.SD, VmFlag.HG, VmFlag.NH, VmFlag.MG, VmFlag.LO, VmFlag.LF, VmFlag.GD, VmFlag.SL,
          VmFlag.DP, VmFlag.HT);

  private static final String HUGE = "ht";

  /** mremap(2) may not grow it: every mapping of huge TLB pages has that, and else the kernel's. */
  private static final String NO_GROWTH = "de";

  /** Says that a mapping may hold guard regions, which are found among its pages (Linux 6.19). */
  private static final String GUARDS = "gu";

  /** A userfaultfd watches writes to it. */
  private static final String WATCHED = "uw";

  private final Refusals refusals;
  private final boolean ours;

  /**
   * Refuses with codes.
   *
   * @param ours whether it may be we who watch mappings
   */
  VmaSurvey(Refusals refusals, boolean ours) {
    this.refusals = refusals;
    this.ours = ours;
  }

  /** The kind of a mapping; nothing when it was refused. */
  Optional<VmaKind> kindOf(SmapsEntry entry) {
    String name = entry.vma().name().toString();
    switch (name) {
      case "[vdso]":
        return Optional.of(VmaKind.VDSO);
      case "[vvar]":
      case "[vvar_vclock]":
        return Optional.of(VmaKind.VVAR);
      case "[vsyscall]":
        return Optional.of(VmaKind.VSYSCALL);
      default:
        return nameIsOrdinary(entry, name) && flagsAreRebuilt(entry)
            ? Optional.of(ordinary(entry, name))
            : Optional.empty();
    }
  }

  private boolean nameIsOrdinary(SmapsEntry entry, String name) {
    if (name.startsWith("/[aio]")) {
      return refuse(entry, RefusalCode.AIO, "is a ring of io_setup(2)");
    }
    if (entry.hasFlag(HUGE) && !isAnonymousHuge(name) && !name.startsWith("/memfd:")) {
      return refuse(entry, RefusalCode.HUGETLB, "is made of huge TLB pages of a file or a segment");
    }
    if (name.startsWith("/secretmem")) {
      return refuse(entry, RefusalCode.MEMFD_SECRET, "is secret memory");
    }
    boolean kernels = name.startsWith("anon_inode:") || name.startsWith("socket:");
    if (kernels || isDevice(entry, name)) {
      return refuse(entry, RefusalCode.VMA_DEVICE, "belongs to a device or to the kernel");
    }
    return true;
  }

  /** POSIX shared memory stands in /dev/shm and is an ordinary file. */
  private static boolean isDevice(SmapsEntry entry, String name) {
    return name.startsWith("/dev/")
        && !name.startsWith("/dev/shm/")
        && !isSharedAnonymous(entry, name);
  }

  private static boolean isSharedAnonymous(SmapsEntry entry, String name) {
    // With a name of its own (PR_SET_VMA_ANON_NAME, Linux 6.2) that of the object is not shown.
    boolean named = name.startsWith("[anon_shmem:");
    return entry.vma().shared()
        && (named || name.equals("/dev/zero (deleted)") || isAnonymousHuge(name));
  }

  /** The kernel makes such memory, private or shared, of a file without a name. */
  private static boolean isAnonymousHuge(String name) {
    return name.equals("/anon_hugepage (deleted)");
  }

  private static VmaKind ordinary(SmapsEntry entry, String name) {
    if (entry.vma().inode() == 0 || isAnonymousHuge(name) && !entry.vma().shared()) {
      return entry.hasFlag("gd") ? VmaKind.STACK : VmaKind.ANON_PRIVATE;
    }
    boolean shared = entry.vma().shared();
    if (shared
        && (isSharedAnonymous(entry, name)
            || name.startsWith("/memfd:")
            || SysvSegments.isOne(entry.vma()))) {
      return VmaKind.ANON_SHARED;
    }
    return shared ? VmaKind.FILE_SHARED : VmaKind.FILE_PRIVATE;
  }

  private boolean flagsAreRebuilt(SmapsEntry entry) {
    for (String letters : entry.vmFlags()) {
      Optional<VmFlag> flag = VmFlag.of(letters);
      boolean rebuilt =
          letters.equals(GUARDS)
              || letters.equals(WATCHED) && ours
              || letters.equals(NO_GROWTH) && entry.hasFlag(HUGE)
              || flag.isPresent() && REBUILT.contains(flag.get());
      if (!rebuilt) {
        refuseFlag(entry, letters);
        return false;
      }
    }
    return true;
  }

  private void refuseFlag(SmapsEntry entry, String letters) {
    switch (letters) {
      case "io":
      case "pf":
      case "mm":
        refuse(entry, RefusalCode.VMA_DEVICE, "is device memory");
        break;
      case "um":
      case WATCHED:
      case "ui":
        refuseWatched(entry);
        break;
      case "ss":
        refuse(entry, RefusalCode.SHADOW_STACK, "is a shadow stack");
        break;
      default:
        refuse(entry, RefusalCode.VMA_FLAG, "has the flag " + letters);
        break;
    }
  }

  private boolean refuse(SmapsEntry entry, Code code, String why) {
    refusals.add(
        code, "mapping " + entry.vma().range() + " (" + entry.vma().name() + ") " + why, LATER);
    return false;
  }

  /** Refuses a mapping that somebody else watches. */
  void refuseWatched(SmapsEntry entry) {
    refusals.add(
        RefusalCode.USERFAULTFD,
        "mapping "
            + entry.vma().range()
            + " ("
            + entry.vma().name()
            + ") is watched by a userfaultfd",
        "if it was restored with --pages lazy, wait until all of them are in");
  }

  /** Refuses a mapping of a file that its name no longer leads to and that cannot be saved. */
  void refuseDeleted(SmapsEntry entry, String why) {
    refuse(
        entry,
        RefusalCode.MAPPING_DELETED,
        "maps a file that is deleted or was replaced and " + why);
  }

  /** Refuses a segment of System V shared memory that our IPC namespace does not have. */
  void refuseSegment(SmapsEntry entry) {
    refuse(entry, RefusalCode.SYSV_SHM, "is a segment of another IPC namespace");
  }

  /** Refuses a program whose file has lost its name and cannot be saved. */
  void refuseDeletedProgram(ByteString link, String why) {
    refusals.add(RefusalCode.MAPPING_DELETED, "its program " + link + " " + why, LATER);
  }
}
