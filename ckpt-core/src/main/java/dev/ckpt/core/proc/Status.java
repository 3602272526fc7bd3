package dev.ckpt.core.proc;

import dev.ckpt.format.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * {@code /proc/PID/status} and {@code /proc/PID/task/TID/status}, in the kernel's order.
 *
 * <p>What is Optional is missing where the task has no such thing (a zombie has no umask, a kernel
 * thread no memory) or where the kernel is older or built without it. A line that this class does
 * not know is kept in {@code more}, for newer kernels add lines; a known line that does not read as
 * it should is an error.
 *
 * <p>Units: signal sets have signal n at bit n-1; capability sets have capability n at bit n.
 *
 * @param name comm, with the kernel's escapes undone
 * @param nsTgid tgid in each pid namespace, from that of the reader inwards; empty without pid
 *     namespaces in the kernel
 * @param vmKb the Vm, Rss and HugetlbPages lines by name, in KiB; empty without memory
 * @param x86ThreadFeatures {@code shstk}, {@code wrss}: user shadow stacks are on
 * @param cpusAllowedList as in {@code 0-3,8}
 * @param more lines not named here, key to value
 */
public record Status(
    ByteString name,
    OptionalInt umask,
    TaskState state,
    int tgid,
    int ngid,
    int pid,
    int ppid,
    int tracerPid,
    CredIds uid,
    CredIds gid,
    int fdSize,
    List<Integer> groups,
    List<Integer> nsTgid,
    List<Integer> nsPid,
    List<Integer> nsPgid,
    List<Integer> nsSid,
    Optional<Boolean> kthread,
    Map<String, Long> vmKb,
    Optional<Boolean> coreDumping,
    Optional<Boolean> thpEnabled,
    OptionalLong untagMask,
    int threads,
    SigQ sigQ,
    long sigPnd,
    long shdPnd,
    long sigBlk,
    long sigIgn,
    long sigCgt,
    long capInh,
    long capPrm,
    long capEff,
    long capBnd,
    long capAmb,
    boolean noNewPrivs,
    OptionalInt seccomp,
    OptionalInt seccompFilters,
    Optional<String> speculationStoreBypass,
    Optional<String> speculationIndirectBranch,
    Optional<String> cpusAllowedList,
    Optional<String> memsAllowedList,
    Optional<Set<String>> x86ThreadFeatures,
    Optional<Set<String>> x86ThreadFeaturesLocked,
    Map<String, String> more) {

  private static final String FILE = "status";
  private static final String TRACER = "\nTracerPid:\t";

  /** Queued signals of the real user, and how many there may be (RLIMIT_SIGPENDING). */
  public record SigQ(int queued, long limit) {
    private static SigQ read(TextCursor in) throws ProcFormatException {
      int queued = in.unsignedInt();
      in.expect('/');
      return new SigQ(queued, in.decimal());
    }
  }

  /** Takes copies of what can be changed. */
  public Status {
    groups = List.copyOf(groups);
    nsTgid = List.copyOf(nsTgid);
    nsPid = List.copyOf(nsPid);
    nsPgid = List.copyOf(nsPgid);
    nsSid = List.copyOf(nsSid);
    vmKb = Collections.unmodifiableMap(new LinkedHashMap<>(vmKb));
    more = Collections.unmodifiableMap(new LinkedHashMap<>(more));
  }

  /** Whether a seccomp filter or strict mode is on. */
  public boolean seccompOn() {
    return seccomp.orElse(0) != 0;
  }

  /**
   * The tracer alone, out of the whole file: for looks at every thread of the machine.
   *
   * @throws ProcFormatException if there is no such line or it holds no number
   */
  static int tracerPid(byte[] text) throws ProcFormatException {
    // NB: a name cannot bring a line of its own along, the kernel escapes its line feeds.
    String lines = new String(text, StandardCharsets.ISO_8859_1);
    int line = lines.indexOf(TRACER);
    int from = line + TRACER.length();
    int to = lines.indexOf('\n', from);
    if (line < 0 || to < 0) {
      throw new ProcFormatException(FILE, 1, "there is no line 'TracerPid:'");
    }
    return ProcValues.number(lines.substring(from, to));
  }

  /**
   * Parses the whole file.
   *
   * @throws ProcFormatException if a line has no key, a key comes twice, a line that every kernel
   *     writes is missing, or a known value does not read as it should
   */
  public static Status parse(byte[] text) throws ProcFormatException {
    KeyedLines in = KeyedLines.parse(FILE, text);
    return new Status(
        unescape(in.verbatim("Name")),
        in.optionalInt("Umask", TextCursor::octalInt),
        in.value("State", Status::state),
        in.value("Tgid", TextCursor::count),
        in.optional("Ngid", TextCursor::count).orElse(0),
        in.value("Pid", TextCursor::count),
        in.value("PPid", TextCursor::count),
        in.value("TracerPid", TextCursor::count),
        in.value("Uid", CredIds::read),
        in.value("Gid", CredIds::read),
        in.value("FDSize", TextCursor::count),
        in.value("Groups", Status::unsignedInts),
        in.optional("NStgid", Status::unsignedInts).orElse(List.of()),
        in.optional("NSpid", Status::unsignedInts).orElse(List.of()),
        in.optional("NSpgid", Status::unsignedInts).orElse(List.of()),
        in.optional("NSsid", Status::unsignedInts).orElse(List.of()),
        in.optional("Kthread", TextCursor::flag),
        vmSizes(in),
        in.optional("CoreDumping", TextCursor::flag),
        in.optional("THP_enabled", TextCursor::flag),
        in.optionalLong("untag_mask", Status::prefixedHex),
        in.value("Threads", TextCursor::count),
        in.value("SigQ", SigQ::read),
        in.value("SigPnd", Status::mask),
        in.value("ShdPnd", Status::mask),
        in.value("SigBlk", Status::mask),
        in.value("SigIgn", Status::mask),
        in.value("SigCgt", Status::mask),
        in.value("CapInh", Status::mask),
        in.value("CapPrm", Status::mask),
        in.value("CapEff", Status::mask),
        in.value("CapBnd", Status::mask),
        in.value("CapAmb", Status::mask),
        in.value("NoNewPrivs", TextCursor::flag),
        in.optionalInt("Seccomp", TextCursor::count),
        in.optionalInt("Seccomp_filters", TextCursor::count),
        in.optional("Speculation_Store_Bypass", Status::words),
        in.optional("SpeculationIndirectBranch", Status::words),
        in.optional("Cpus_allowed_list", Status::ranges),
        in.optional("Mems_allowed_list", Status::ranges),
        in.optional("x86_Thread_features", Status::wordSet),
        in.optional("x86_Thread_features_locked", Status::wordSet),
        in.rest());
  }

  private static TaskState state(TextCursor in) throws ProcFormatException {
    TaskState state = TaskState.read(in);
    in.expect(" (");
    words(in);
    return state;
  }

  private static List<Integer> unsignedInts(TextCursor in) throws ProcFormatException {
    List<Integer> values = new ArrayList<>();
    while (!in.atEnd()) {
      if (!values.isEmpty() && !in.accept('\t')) {
        in.expect(' ');
      }
      values.add(in.unsignedInt());
    }
    return values;
  }

  private static Map<String, Long> vmSizes(KeyedLines in) throws ProcFormatException {
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (String prefix : List.of("Vm", "Rss", "HugetlbPages")) {
      Optional<String> key = in.nextKey(prefix);
      while (key.isPresent()) {
        sizes.put(key.get(), in.value(key.get(), Status::kibibytes));
        key = in.nextKey(prefix);
      }
    }
    return sizes;
  }

  private static long kibibytes(TextCursor in) throws ProcFormatException {
    long value = in.decimal();
    in.expect(" kB");
    return value;
  }

  private static long prefixedHex(TextCursor in) throws ProcFormatException {
    in.expect("0x");
    return in.hex();
  }

  /** A set of signals or capabilities is always written with all of its 16 digits. */
  private static long mask(TextCursor in) throws ProcFormatException {
    int start = in.pos();
    long value = in.hex();
    if (in.pos() - start != 16) {
      in.seek(start);
      throw in.bad("want 16 hexadecimal digits");
    }
    return value;
  }

  private static String words(TextCursor in) throws ProcFormatException {
    int start = in.pos();
    in.word();
    while (in.accept(' ')) {
      in.word();
    }
    return in.latin1(start, in.pos());
  }

  private static Set<String> wordSet(TextCursor in) throws ProcFormatException {
    Set<String> words = new LinkedHashSet<>();
    while (!in.atEnd()) {
      if (!words.isEmpty()) {
        in.expect(' ');
      }
      if (!words.add(in.word())) {
        throw in.bad("the same word twice");
      }
    }
    return Collections.unmodifiableSet(words);
  }

  private static String ranges(TextCursor in) throws ProcFormatException {
    int start = in.pos();
    while (!in.atEnd()) {
      if (in.pos() > start) {
        in.expect(',');
      }
      int first = in.count();
      if (in.accept('-') && in.count() < first) {
        throw in.bad("a range that runs backwards");
      }
    }
    return in.latin1(start, in.pos());
  }

  /** Undoes proc_task_name of fs/proc/array.c, which escapes newline and backslash only. */
  private static ByteString unescape(byte[] name) throws ProcFormatException {
    byte[] out = new byte[name.length];
    int len = 0;
    for (int i = 0; i < name.length; i++) {
      byte c = name[i];
      if (c == '\\') {
        i++;
        if (i < name.length && name[i] == 'n') {
          c = '\n';
        } else if (i == name.length || name[i] != '\\') {
          throw new ProcFormatException(FILE, 1, "an escape in Name that is neither \\n nor \\\\");
        }
      }
      out[len++] = c;
    }
    return ByteString.of(ByteBuffer.wrap(out, 0, len));
  }
}
