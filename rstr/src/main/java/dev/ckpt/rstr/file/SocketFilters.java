package dev.ckpt.rstr.file;

import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.SocketFilter;

/** Attaches the filter of a socket. */
final class SocketFilters {
  /** Bytes of {@code struct sock_fprog}: how many instructions, and where they are. */
  private static final int SOCK_FPROG_BYTES = 16;

  private static final byte[] ON = {1, 0, 0, 0};

  private SocketFilters() {}

  /**
   * Attaches it, if there is one.
   *
   * @param objref of the socket's record
   * @param number the task's descriptor
   */
  static void restore(Files files, int objref, int number) throws CkptException {
    for (SocketFilter filter : files.state().all(SocketFilter.class)) {
      if (filter.socket() == objref) {
        attach(files, number, filter);
      }
    }
  }

  private static void attach(Files files, int number, SocketFilter filter) throws CkptException {
    byte[] instructions = filter.instructions().toByteArray();
    Batch batch = files.run().room(2, instructions.length + SOCK_FPROG_BYTES + Long.BYTES);
    if (instructions.length > 0) {
      Batch.Data program = batch.space(SOCK_FPROG_BYTES);
      batch.putInt(program, 0, instructions.length / SocketFilter.INSTRUCTION_BYTES);
      batch.putLong(program, Long.BYTES, batch.data(instructions).address());
      batch.call(
          "setsockopt(SO_ATTACH_FILTER)",
          SyscallNumbers.SETSOCKOPT,
          number,
          Socket.SOL_SOCKET,
          Socket.SO_ATTACH_FILTER,
          program,
          SOCK_FPROG_BYTES);
    }
    if (filter.locked() != 0) {
      batch.call(
          "setsockopt(SO_LOCK_FILTER)",
          SyscallNumbers.SETSOCKOPT,
          number,
          Socket.SOL_SOCKET,
          Socket.SO_LOCK_FILTER,
          batch.data(ON),
          ON.length);
    }
  }
}
