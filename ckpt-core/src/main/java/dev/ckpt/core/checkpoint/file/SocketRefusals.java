package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.SurveyContext;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.error.Code;
import dev.ckpt.error.RefusalCode;
import java.util.List;

/** What no socket of any family can be saved with. */
final class SocketRefusals {
  private final SurveyContext context;
  private final Files files;

  SocketRefusals(Files files) {
    this.context = files.target();
    this.files = files;
  }

  static String name(OpenFile file) {
    return file.name();
  }

  /** Refuses sockets that another process holds too: it would go on with them. */
  void refuseShared(List<OpenFile> mine) {
    for (OpenFile file : mine) {
      List<Holders.Holder> others = files.holders().of(file.link().toString());
      if (!others.isEmpty()) {
        refuse(
            RefusalCode.SOCKET_SHARED,
            file,
            "is held by process " + others.get(0).pid() + " too",
            "end the other process, or have it close the socket");
      }
    }
  }

  /**
   * Refuses what shows on any socket. An error that waits is looked for first: peeking or asking
   * for it would take it away from the task.
   *
   * @return whether it was refused, and must not be peeked at
   */
  boolean refuses(OpenFile file, Fd socket) throws SyscallException {
    int events = Sockets.events(socket);
    if ((events & Sockets.POLLERR) != 0) {
      refuse(
          RefusalCode.SOCKET_ERROR,
          file,
          "has an error that was not read yet",
          "let the task read it");
      return true;
    }
    if ((events & Sockets.POLLPRI) != 0) {
      refuse(RefusalCode.SOCKET_OOB, file, "holds out-of-band data", "let the task read it");
      return true;
    }
    if (Sockets.option(socket, Socket.SOL_SOCKET, Socket.SO_PEEK_OFF)
        .filter(value -> value[0] != SocketQueue.PEEK_OFF_NONE)
        .isPresent()) {
      refuse(
          RefusalCode.SOCKET_PEEK_OFF, file, "has SO_PEEK_OFF set", "this version cannot save it");
      return true;
    }
    return false;
  }

  private void refuse(Code code, OpenFile file, String what, String remedy) {
    context.refusals().add(code, name(file) + " " + what, remedy);
  }
}
