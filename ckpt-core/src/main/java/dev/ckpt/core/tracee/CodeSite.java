package dev.ckpt.core.tracee;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.RemoteMemory;
import dev.ckpt.core.tracee.x86_64.LoopCode;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.RefusalCode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The place in a live target where our code stands: the end of the last page of its vdso, which the
 * linker filled with zeros that nothing ever reads or executes.
 *
 * <p>NB: a write there makes the page a private copy for that process, and it stays one after the
 * zeros are back. Its bytes are the same; smaps shows 4 KiB of private memory more.
 */
public final class CodeSite {
  private static final int ALIGNMENT = 16;

  private final RemoteMap vdso;
  private final long address;

  private CodeSite(RemoteMap vdso, long address) {
    this.vdso = vdso;
    this.address = address;
  }

  /**
   * Finds the place.
   *
   * @param vdso the target's vdso mapping, which must hold the same code as ours: an unknown one
   *     might use the bytes that look dead
   */
  public static CodeSite find(int pid, RemoteMap vdso, RemoteMemory memory) throws CkptException {
    byte[] theirs = memory.readForced(vdso.address(), Math.toIntExact(vdso.lenBytes()));
    int at = (theirs.length - LoopCode.size()) & -ALIGNMENT;
    if (at < 0 || !isDead(theirs, at)) {
      throw refusal(pid, RefusalCode.VDSO_NO_ROOM, "its vdso has no dead bytes for our code");
    }
    byte[] ours = Vdso.ownContent();
    if (ours.length != theirs.length || !Arrays.equals(theirs, 0, at, ours, 0, at)) {
      throw refusal(pid, RefusalCode.VDSO_UNKNOWN, "its vdso is not this kernel's");
    }
    return new CodeSite(vdso, vdso.address() + at);
  }

  private static UnsupportedStateException refusal(int pid, Code code, String what) {
    return new UnsupportedStateException(
        List.of(new Refusal(code, "[pid " + pid + "] " + what, "this task cannot be dumped here")));
  }

  /** Dead: zeros, or what a killed dump left behind. */
  private static boolean isDead(byte[] vdso, int at) {
    byte[] magic = LoopCode.magic();
    if (Arrays.equals(vdso, at, at + magic.length, magic, 0, magic.length)) {
      return true;
    }
    for (int i = at; i < vdso.length; i++) {
      if (vdso[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** The vdso that it is a part of. */
  public RemoteMap vdso() {
    return vdso;
  }

  /** Where the code begins. */
  public long address() {
    return address;
  }

  /** Whether an instruction pointer stands in it: a thread that a killed dump left on its way. */
  public boolean contains(long ip) {
    return new RemoteMap(address, LoopCode.size()).contains(ip);
  }

  /** What stands there, when a killed dump of this version left it. */
  Optional<LoopCode> left(RemoteMemory memory) throws CkptException {
    return LoopCode.left(memory.readForced(address, LoopCode.size()));
  }

  void write(RemoteMemory memory, LoopCode code) throws SyscallException {
    memory.writeForced(address, code.toByteArray());
  }

  void clear(RemoteMemory memory) throws SyscallException {
    memory.writeForced(address, new byte[LoopCode.size()]);
  }
}
