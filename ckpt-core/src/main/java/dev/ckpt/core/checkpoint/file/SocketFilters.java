package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.checkpoint.CkptContext;
import dev.ckpt.core.checkpoint.SurveyContext;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.Socket;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.SocketFilter;
import java.util.HashMap;
import java.util.Map;

/** The classic BPF programs that filter what comes into sockets. */
final class SocketFilters {
  private record Filter(int locked, ByteString instructions) {}

  private final SurveyContext context;
  private final Map<OpenFile, Filter> filters = new HashMap<>();

  SocketFilters(SurveyContext context) {
    this.context = context;
  }

  /** Reads a socket's filter; refuses one of another kind, of which the kernel shows nothing. */
  void survey(OpenFile file, Fd socket) throws SyscallException {
    if (Sockets.hasOtherFilter(socket)) {
      context
          .refusals()
          .add(
              RefusalCode.SOCKET_FILTER,
              SocketRefusals.name(file) + " has an eBPF program as its filter",
              "this version cannot save it");
      return;
    }
    byte[] instructions = Sockets.filter(socket);
    int locked = Sockets.optionInt(socket, Socket.SOL_SOCKET, Socket.SO_LOCK_FILTER);
    if (instructions.length > 0 || locked != 0) {
      filters.put(file, new Filter(locked, ByteString.of(instructions)));
    }
  }

  /** Refuses the filter of a TCP connection that is kept: to be read it gets one of ours. */
  void refuse(OpenFile file) {
    context
        .refusals()
        .addIf(
            has(file),
            RefusalCode.SOCKET_FILTER,
            SocketRefusals.name(file) + " is a TCP connection with a filter",
            "detach it, or dump with --tcp-close");
  }

  /** Whether a socket has one. */
  boolean has(OpenFile file) {
    return filters.containsKey(file);
  }

  /** Adds its record, if it has one, behind that of the socket. */
  void save(CkptContext dump, OpenFile file, int objref) {
    Filter filter = filters.get(file);
    if (filter != null) {
      dump.add(new SocketFilter(objref, filter.locked(), filter.instructions()));
    }
  }
}
