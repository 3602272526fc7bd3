package dev.ckpt.core.proc;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One vma as {@code /proc/PID/smaps} shows it: its line of {@code maps}, how much of it is there,
 * and its flags.
 *
 * <p>Units: KiB.
 *
 * @param swapKb anonymous memory of this vma that is swapped out
 * @param protectionKey pkey, where the CPU has such
 * @param vmFlags two letters each, as in {@code rd}; {@code ??} is a flag without letters. NB: the
 *     kernel prints {@code ht} for hugetlb, {@code io} and {@code pf} for device memory
 * @param more sizes that this class does not know, by name
 */
public record SmapsEntry(
    MapsEntry vma,
    long sizeKb,
    long kernelPageSizeKb,
    long mmuPageSizeKb,
    long rssKb,
    long pssKb,
    long sharedCleanKb,
    long sharedDirtyKb,
    long privateCleanKb,
    long privateDirtyKb,
    long referencedKb,
    long anonymousKb,
    long anonHugePagesKb,
    long sharedHugetlbKb,
    long privateHugetlbKb,
    long swapKb,
    long lockedKb,
    OptionalInt protectionKey,
    Set<String> vmFlags,
    Map<String, Long> more) {

  /** Takes a copy of the map; the set of flags comes unmodifiable, shared between vmas. */
  public SmapsEntry {
    more = more.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(more));
  }

  /** Whether the flag of these two letters is set. */
  public boolean hasFlag(String letters) {
    return vmFlags.contains(letters);
  }
}
