package dev.ckpt.rstr;

import dev.ckpt.core.kernel.NewerFeature;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.VdsoElf;
import dev.ckpt.error.CorruptImageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes an old vdso lead to that of another kernel. Programs have noted where its functions are and
 * where its tables stand, so it stays where it was, as ordinary memory; but its code would look for
 * the kernel's data pages, which have another layout now. So where a function began there is a jump
 * to the new one of the same name, or, where the new vdso has none, the system call that it spares.
 *
 * <p>Nothing of the old code is executed any more but these first bytes.
 */
final class VdsoBridge {
  /** {@code jmp *0(%rip)} and the address: it needs no register, whatever the caller expects. */
  private static final byte[] JUMP = {(byte) 0xff, 0x25, 0, 0, 0, 0};

  private static final int JUMP_BYTES = JUMP.length + Long.BYTES;

  private static final String GETRANDOM = "getrandom";

  private static final byte SYSCALL_0 = 0x0f;
  private static final byte SYSCALL_1 = 0x05;
  private static final byte MOV_EAX = (byte) 0xb8;
  private static final byte RET = (byte) 0xc3;

  /** {@code mov $-ENOSYS,%rax; ret}. */
  private static final byte[] NO_SUCH_FUNCTION = {
    0x48, (byte) 0xc7, (byte) 0xc0, (byte) 0xda, (byte) 0xff, (byte) 0xff, (byte) 0xff, RET
  };

  /** {@code cmp $-1,%r8; jne} behind {@link #NO_SUCH_FUNCTION}. */
  private static final byte[] UNLESS_ASKED = {0x49, (byte) 0x83, (byte) 0xf8, -1, 0x75, 8};

  /** Those that do what a system call with the same arguments does. */
  private static final Map<String, Integer> SYSCALLS =
      Map.of(
          "clock_gettime", SyscallNumbers.CLOCK_GETTIME,
          "clock_getres", SyscallNumbers.CLOCK_GETRES,
          "gettimeofday", SyscallNumbers.GETTIMEOFDAY,
          "time", SyscallNumbers.TIME,
          "getcpu", SyscallNumbers.GETCPU);

  /**
   * What stands where a function began.
   *
   * @param target where in the new vdso it goes on, if anywhere
   * @param code what is done instead
   */
  private record Patch(int offset, Optional<Integer> target, byte[] code) {
    int lenBytes() {
      return target.isPresent() ? JUMP_BYTES : code.length;
    }
  }

  private final byte[] content;
  private final VdsoElf old;
  private final List<Patch> patches = new ArrayList<>();
  private final List<String> obstacles = new ArrayList<>();

  private VdsoBridge(byte[] content, VdsoElf old) {
    this.content = content.clone();
    this.old = old;
  }

  /**
   * Plans it.
   *
   * @throws CorruptImageException if either cannot be read
   */
  static VdsoBridge between(byte[] oldContent, byte[] newContent) throws CorruptImageException {
    VdsoBridge bridge = new VdsoBridge(oldContent, VdsoElf.of(oldContent));
    VdsoElf now = VdsoElf.of(newContent);
    int free = 0;
    for (VdsoElf.Function function : bridge.old.functions()) {
      Optional<Patch> patch = patch(function, now);
      if (patch.isEmpty()) {
        bridge.obstacles.add("its function " + function.names() + " is unknown here");
      } else if (patch.get().lenBytes() > function.lenBytes() || function.offset() < free) {
        bridge.obstacles.add("its function " + function.names() + " has no room for a jump");
      } else {
        bridge.patches.add(patch.get());
        free = function.offset() + patch.get().lenBytes();
      }
    }
    return bridge;
  }

  /** What stands in the way. */
  List<String> obstacles() {
    return obstacles;
  }

  /**
   * Whether what stands at an offset is not executed as it was: all but the begin of a function.
   */
  boolean isLost(long offset) {
    return old.functions().stream().noneMatch(function -> function.offset() == offset);
  }

  private static Optional<Patch> patch(VdsoElf.Function function, VdsoElf now) {
    boolean hidden = function.names().contains(GETRANDOM) && NewerFeature.VDSO_GETRANDOM.isHidden();
    Optional<Integer> target =
        now.find(function.names()).filter(found -> !hidden).map(VdsoElf.Function::offset);
    return target.isPresent()
        ? Optional.of(new Patch(function.offset(), target, new byte[0]))
        : instead(function.names())
            .map(code -> new Patch(function.offset(), Optional.empty(), code));
  }

  /** What does the same as a function that the new vdso has not. */
  private static Optional<byte[]> instead(Collection<String> names) {
    for (String name : names) {
      if (SYSCALLS.containsKey(name)) {
        return Optional.of(call(SYSCALLS.get(name)));
      }
      if (name.equals(GETRANDOM)) {
        return Optional.of(getrandom());
      }
      if (name.equals("sgx_enter_enclave")) {
        // No task with an enclave has been saved.
        return Optional.of(NO_SUCH_FUNCTION);
      }
    }
    return Optional.empty();
  }

  /** NB: a system call has its first three arguments where a function has them. */
  private static byte[] call(int number) {
    return ByteBuffer.allocate(8)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MOV_EAX)
        .putInt(number)
        .put(SYSCALL_0)
        .put(SYSCALL_1)
        .put(RET)
        .array();
  }

  /**
   * The system call takes no state of the caller's, and does without. Who asks how large a state is
   * to be (an opaque_len of -1) is told that there is no such function; those who know already go
   * on with the call (Linux 6.11, {@code lib/vdso/getrandom.c}).
   */
  private static byte[] getrandom() {
    byte[] call = call(SyscallNumbers.GETRANDOM);
    return ByteBuffer.allocate(UNLESS_ASKED.length + NO_SUCH_FUNCTION.length + call.length)
        .put(UNLESS_ASKED)
        .put(NO_SUCH_FUNCTION)
        .put(call)
        .array();
  }

  /** The old vdso as it is to be where the new one stands at an address. */
  byte[] contentFor(long newVdso) {
    ByteBuffer bridged = ByteBuffer.wrap(content.clone()).order(ByteOrder.LITTLE_ENDIAN);
    for (Patch patch : patches) {
      bridged.position(patch.offset());
      if (patch.target().isPresent()) {
        bridged.put(JUMP).putLong(newVdso + patch.target().get());
      } else {
        bridged.put(patch.code());
      }
    }
    return bridged.array();
  }
}
