package dev.ckpt.core.checkpoint.file;

import com.google.errorprone.annotations.MustBeClosed;
import dev.ckpt.core.checkpoint.CkptContext;
import dev.ckpt.core.error.SyscallException;
import dev.ckpt.core.kernel.Signals;
import dev.ckpt.core.kernel.Sockets;
import dev.ckpt.core.kernel.x86_64.SyscallNumbers;
import dev.ckpt.core.tracee.Batch;
import dev.ckpt.core.tracee.Errand;
import dev.ckpt.core.tracee.RemoteSyscalls;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.record.TcpSock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes hold of the live TCP connections of a task that is to be ended, and reads them.
 *
 * <p>From the hold to the end of the task nothing may be acknowledged that is not in the image, so
 * a filter drops all that comes in; the other end sends it again. When the task is dead, its
 * sockets are closed in repair mode, so that the other end hears nothing of it. If the task is not
 * dead after all, the connections go on.
 *
 * <p>Both must happen whatever becomes of us, and setting TCP_REPAIR takes rights that the task may
 * not have. So an {@link Errand} does it. While sockets are in repair mode, calls of the task would
 * fail (recv with EPERM). So until everything is asked SIGSTOP waits for it: if we are killed then,
 * it stops before it makes a call, and the errand sends SIGCONT.
 *
 * <p>Source: net/ipv4/tcp.c, do_tcp_setsockopt, tcp_recvmsg, __tcp_close.
 */
final class TcpConnections implements CkptContext.Hold {
  /** As in linux/membarrier.h: waits until whoever passed the filter before has been served. */
  private static final int MEMBARRIER_CMD_GLOBAL = 1;

  /** The longest that Linux holds back an acknowledgement (TCP_DELACK_MAX), and some more. */
  private static final long DELAYED_ACK_NANOS = 250_000_000;

  private static final int TIMESPEC_BYTES = 16;
  private static final int CALLS_BESIDE = 8;
  private static final int DATA_BYTES_BESIDE = 256;

  private final CkptContext context;
  private final Errand errand;
  private final Map<OpenFile, TcpRepair> connections = new LinkedHashMap<>();

  private TcpConnections(CkptContext context, Errand errand) {
    this.context = context;
    this.errand = errand;
  }

  /**
   * Takes hold of connections and reads them.
   *
   * @param files all that are to be kept; at least one
   */
  @MustBeClosed
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static TcpConnections hold(CkptContext context, List<OpenFile> files) throws IOException {
    TcpConnections held =
        new TcpConnections(context, Errand.begin(context.frozen().leader().tracer().hook()));
    boolean done = false;
    try {
      held.take(files);
      done = true;
      return held;
    } finally {
      if (!done) {
        held.close();
      }
    }
  }

  /** The record of a connection. */
  TcpSock record(OpenFile file, int objref) throws CkptException {
    return connections.get(file).record(objref);
  }

  // What is opened here belongs to this object.
  @SuppressWarnings("MustBeClosedChecker")
  private void take(List<OpenFile> files) throws IOException {
    int pidfd = errand.prepare(this::fetch);
    List<Integer> numbers = errand.prepare(calls -> fetch(calls, pidfd, files));
    for (int i = 0; i < files.size(); i++) {
      OpenFile file = files.get(i);
      connections.put(file, new TcpRepair(context.duplicate(file.fd()), numbers.get(i)));
    }
    Batch table =
        errand.table(
            TcpRepair.CALLS * files.size() + CALLS_BESIDE,
            TcpRepair.DATA_BYTES * files.size() + DATA_BYTES_BESIDE);
    addRead(table);
    errand.addWait(table);
    addEnd(table, pidfd);
    errand.send(table);
    if (connections.values().stream().anyMatch(connection -> connection.isForbidden(table))) {
      context
          .refusals()
          .add(
              RefusalCode.TCP_REPAIR,
              "has TCP connections, which we may not read (TCP_REPAIR: EPERM)",
              "run ckpt as root or with CAP_NET_ADMIN");
      return;
    }
    for (TcpRepair connection : connections.values()) {
      connection.read(table, errand, context.refusals());
    }
  }

  /** A pidfd of the task for the errand. */
  private int fetch(RemoteSyscalls calls) throws CkptException {
    Batch batch = calls.batch();
    Batch.Result pidfd = batch.call("pidfd_open", SyscallNumbers.PIDFD_OPEN, context.pid(), 0);
    calls.run(batch);
    return (int) batch.result(pidfd);
  }

  /** Duplicates of the task's sockets for the errand. */
  private static List<Integer> fetch(RemoteSyscalls calls, int pidfd, List<OpenFile> files)
      throws CkptException {
    List<Integer> numbers = new ArrayList<>();
    while (numbers.size() < files.size()) {
      Batch batch = calls.batch();
      List<Batch.Result> fetched = new ArrayList<>();
      while (numbers.size() + fetched.size() < files.size() && batch.hasRoom(1, 0)) {
        int fd = files.get(numbers.size() + fetched.size()).fd();
        fetched.add(batch.call("pidfd_getfd", SyscallNumbers.PIDFD_GETFD, pidfd, fd, 0));
      }
      calls.run(batch);
      fetched.forEach(result -> numbers.add((int) batch.result(result)));
    }
    return numbers;
  }

  private void addRead(Batch table) throws IOException {
    long queueBytes = connections.values().stream().mapToLong(TcpRepair::roomBytes).sum();
    long queues = errand.map(queueBytes);
    table.tryCall("kill(SIGSTOP)", SyscallNumbers.KILL, context.pid(), Signals.SIGSTOP);
    connections.values().forEach(connection -> connection.addFilter(table));
    table.tryCall("membarrier", SyscallNumbers.MEMBARRIER, MEMBARRIER_CMD_GLOBAL, 0, 0);
    if (connections.values().stream().anyMatch(TcpRepair::isInFlight)) {
      // What is acknowledged late would find no socket any more, and be answered with a reset.
      Batch.Data time = table.space(TIMESPEC_BYTES);
      table.putLong(time, Long.BYTES, DELAYED_ACK_NANOS);
      table.tryCall("nanosleep", SyscallNumbers.NANOSLEEP, time, 0);
    }
    for (TcpRepair connection : connections.values()) {
      connection.addQuestions(table, queues);
      queues += connection.roomBytes();
    }
    table.tryCall("kill(SIGCONT)", SyscallNumbers.KILL, context.pid(), Signals.SIGCONT);
  }

  /** NB: poll says 1 of a task that is dead, else 0: just what TCP_REPAIR is to be set to then. */
  private void addEnd(Batch table, int pidfd) {
    Batch.Data pollfd = table.space(Long.BYTES);
    table.putInt(pollfd, 0, pidfd);
    table.putInt(pollfd, Integer.BYTES, Sockets.POLLIN);
    Batch.Result dead = table.tryCall("poll", SyscallNumbers.POLL, pollfd, 1, 0);
    for (TcpRepair connection : connections.values()) {
      connection.addEnd(table, table.address(dead));
    }
  }

  /** Closes the connections in silence when the task is dead; else lets them go on. */
  @Override
  public void close() throws CkptException {
    try {
      finish();
    } finally {
      connections.values().forEach(TcpRepair::close);
    }
  }

  private void finish() throws CkptException {
    try {
      errand.close();
    } catch (SyscallException e) {
      // Somebody has killed it, and we are still there to do what it was to do.
      boolean dead = context.targetEnded();
      for (TcpRepair connection : connections.values()) {
        connection.end(dead);
      }
      if (!dead) {
        Signals.kill(context.pid(), Signals.SIGCONT);
      }
    }
  }
}
