package dev.ckpt.core.proc;

import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * A set of CPUs as the kernel writes it: {@code 0-3,8}.
 *
 * <p>Source: bitmap_print_to_pagebuf in lib/bitmap-str.c.
 */
public record CpuList(BitSet cpus) {
  /** The kernel's masks are of CONFIG_NR_CPUS bits, 8192 at most; those of nodes are smaller. */
  private static final int MAX_CPUS = 8 * Limits.MAX_CPU_MASK_BYTES;

  /** Takes a copy. */
  public CpuList {
    cpus = (BitSet) cpus.clone();
  }

  /** A copy of the set. */
  @Override
  public BitSet cpus() {
    return (BitSet) cpus.clone();
  }

  // Written out: see Index.Entry.
  @Override
  public boolean equals(Object other) {
    return other instanceof CpuList that && cpus.equals(that.cpus);
  }

  @Override
  public int hashCode() {
    return cpus.hashCode();
  }

  /**
   * Parses a list, with or without the end of its line.
   *
   * @throws ProcFormatException if it is not numbers and ranges of numbers, or one is larger than
   *     any kernel has CPUs
   */
  public static CpuList parse(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("list of CPUs", text);
    BitSet cpus = new BitSet();
    while (!in.atEnd() && in.peek() != '\n') {
      int first = in.count();
      int last = in.accept('-') ? in.count() : first;
      if (last < first) {
        throw in.bad("a range that ends before it begins");
      }
      if (last >= MAX_CPUS) {
        throw in.bad("a number of " + MAX_CPUS + " or more");
      }
      cpus.set(first, last + 1);
      if (!in.accept(',') && !in.atEnd() && in.peek() != '\n') {
        throw in.bad("want a comma");
      }
    }
    return new CpuList(cpus);
  }

  /** The CPUs that a thread may run on. */
  public static CpuList allowed(Status status) throws ProcFormatException {
    return parse(status.cpusAllowedList().orElse("").getBytes(StandardCharsets.US_ASCII));
  }

  /** The CPUs of a mask, from its first byte on. */
  public static CpuList ofMask(byte[] mask) {
    return new CpuList(BitSet.valueOf(mask));
  }

  /** The mask that sched_setaffinity(2) takes: bit n is CPU n. */
  public byte[] toMask() {
    return cpus.toByteArray();
  }

  /** The CPUs of both. */
  public CpuList and(CpuList other) {
    BitSet both = cpus();
    both.and(other.cpus);
    return new CpuList(both);
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return cpus.isEmpty();
  }

  /**
   * Whether these are the CPUs of a thread that nobody has bound to any: all of the machine, or all
   * that the cpuset of its process leaves it.
   */
  public boolean unbound(int pid) throws CkptException {
    Path system = Path.of("/sys/devices/system/cpu");
    return equals(read(system.resolve("possible")))
        || equals(read(system.resolve("online")))
        || Cpusets.effective(pid).filter(this::equals).isPresent();
  }

  static CpuList read(Path file) throws CkptException {
    try {
      return parse(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new CkptException(
          FailureCode.CPUS_UNKNOWN, file + " cannot be read: /sys has to be mounted here", e);
    }
  }

  /** As the kernel writes it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int first = cpus.nextSetBit(0); first >= 0; ) {
      int end = cpus.nextClearBit(first);
      text.append(text.length() == 0 ? "" : ",").append(first);
      text.append(end - first > 1 ? "-" + (end - 1) : "");
      first = cpus.nextSetBit(end);
    }
    return text.toString();
  }
}
