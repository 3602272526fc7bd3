package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.List;
import java.util.Set;

/**
 * A live TCP connection: what a socket in repair mode tells of it. Field names are those of {@code
 * struct tcp_sock}.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field         unit, constraint
 *      0     4  u32 objref  file          its FILE_INET_SOCKET, which is connected
 *      4     4  u32         state         as in net/tcp_states.h: ESTABLISHED 1, FIN_WAIT1 4,
 *                                         FIN_WAIT2 5, CLOSE_WAIT 8, LAST_ACK 9
 *      8     4  u32         options       bits agreed on: time stamps 1, SACK 2, window scale 4
 *     12     4  u32         sndWscale     window scale of the other end; at most 14
 *     16     4  u32         rcvWscale     window scale of this end; at most 14
 *     20     4  u32         mssClamp      largest segment that the other end takes, bytes
 *     24     4  u32         timestamp     as TCP_TIMESTAMP gives it
 *     28     4  u32         writeSeq      sequence number behind sendQueue and this end's FIN
 *     32     4  u32         rcvNxt        the same behind receiveQueue and the other end's FIN
 *     36     4  u32         sndWl1        struct tcp_repair_window
 *     40     4  u32         sndWnd        bytes
 *     44     4  u32         maxWindow     bytes
 *     48     4  u32         rcvWnd        bytes
 *     52     4  u32         rcvWup        sequence number
 *     56     4  u32         sndbuf        as SO_SNDBUF gives it
 *     60     4  u32         rcvbuf        as SO_RCVBUF gives it
 *     64     4  u32         unsent        how much of what is before writeSeq cannot have been sent
 *     68  4+n1  bytes       sendQueue     at most 32 MiB: what the other end has not acknowledged
 *  72+n1  4+n2  bytes       receiveQueue  at most 32 MiB: what the task has not read
 * </pre>
 */
public record TcpSock(
    int file,
    int state,
    int options,
    int sndWscale,
    int rcvWscale,
    int mssClamp,
    int timestamp,
    int writeSeq,
    int rcvNxt,
    int sndWl1,
    int sndWnd,
    int maxWindow,
    int rcvWnd,
    int rcvWup,
    int sndbuf,
    int rcvbuf,
    int unsent,
    ByteString sendQueue,
    ByteString receiveQueue)
    implements ImageRecord {
  public static final int TCP_ESTABLISHED = 1;
  public static final int TCP_FIN_WAIT1 = 4;
  public static final int TCP_FIN_WAIT2 = 5;
  public static final int TCP_CLOSE_WAIT = 8;
  public static final int TCP_LAST_ACK = 9;

  public static final int OPT_TIMESTAMPS = 1;
  public static final int OPT_SACK = 2;
  public static final int OPT_WSCALE = 4;

  private static final int MAX_WSCALE = 14;
  private static final Set<Integer> STATES =
      Set.of(TCP_ESTABLISHED, TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_CLOSE_WAIT, TCP_LAST_ACK);

  /** Writes and reads the payload. */
  public static final RecordCodec<TcpSock> CODEC = new Codec();

  /** Checks what the layout demands. */
  public TcpSock {
    Invariant.positive(file, "file");
    Invariant.that(STATES.contains(state), "state must be a known one", state);
    Invariant.bits(options, OPT_TIMESTAMPS | OPT_SACK | OPT_WSCALE, "options");
    Invariant.range(sndWscale, 0, MAX_WSCALE, "sndWscale");
    Invariant.range(rcvWscale, 0, MAX_WSCALE, "rcvWscale");
    Invariant.range(mssClamp, 1, 1 << Character.SIZE, "mssClamp");
    Invariant.notNegative(sndbuf, "sndbuf");
    Invariant.notNegative(rcvbuf, "rcvbuf");
    Invariant.atMost(sendQueue, Limits.MAX_TCP_QUEUE_BYTES, "sendQueue");
    Invariant.atMost(receiveQueue, Limits.MAX_TCP_QUEUE_BYTES, "receiveQueue");
    Invariant.range(unsent, 0, sendQueue.length() + (hasClosed(state) ? 1 : 0), "unsent");
  }

  /** Whether an option was agreed on when the connection was made. */
  public boolean has(int option) {
    return (options & option) != 0;
  }

  /** Whether a connection in this state can be in an image. */
  public static boolean isLive(int state) {
    return STATES.contains(state);
  }

  private static boolean hasClosed(int state) {
    return state != TCP_ESTABLISHED && state != TCP_CLOSE_WAIT;
  }

  /** Whether this end has nothing more to say, and its FIN is behind the send queue. */
  public boolean hasClosed() {
    return hasClosed(state);
  }

  /** Whether the other end has nothing more to say, and its FIN is behind the receive queue. */
  public boolean hasHeardAll() {
    return state == TCP_CLOSE_WAIT || state == TCP_LAST_ACK;
  }

  /** Bytes at the end of the send queue that cannot have been sent. */
  public int unsentBytes() {
    return Math.max(0, hasClosed() ? unsent - 1 : unsent);
  }

  /** Sequence number of the first byte of the send queue. */
  public int firstToSend() {
    return writeSeq - sendQueue.length() - (hasClosed() ? 1 : 0);
  }

  /** Sequence number behind the last byte of the receive queue: where a FIN would be. */
  public int endOfInput() {
    return hasHeardAll() ? rcvNxt - 1 : rcvNxt;
  }

  /** Sequence number of the first byte of the receive queue. */
  public int firstToRead() {
    return endOfInput() - receiveQueue.length();
  }

  @Override
  public ObjectType type() {
    return ObjectType.TCP_SOCK;
  }

  @Override
  public List<ObjectReference> references() {
    return List.of(ObjectReference.to("file", file, ObjectType.FILE_INET_SOCKET));
  }

  private static final class Codec implements RecordCodec<TcpSock> {
    @Override
    public void write(TcpSock value, RecordOutput out) {
      out.u32(value.file())
          .u32(value.state())
          .u32(value.options())
          .u32(value.sndWscale())
          .u32(value.rcvWscale())
          .u32(value.mssClamp())
          .u32(value.timestamp())
          .u32(value.writeSeq())
          .u32(value.rcvNxt())
          .u32(value.sndWl1())
          .u32(value.sndWnd())
          .u32(value.maxWindow())
          .u32(value.rcvWnd())
          .u32(value.rcvWup())
          .u32(value.sndbuf())
          .u32(value.rcvbuf())
          .u32(value.unsent())
          .bytes(value.sendQueue(), Limits.MAX_TCP_QUEUE_BYTES)
          .bytes(value.receiveQueue(), Limits.MAX_TCP_QUEUE_BYTES);
    }

    @Override
    public TcpSock read(RecordInput in) throws CorruptImageException {
      return new TcpSock(
          in.objref(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.bytes(Limits.MAX_TCP_QUEUE_BYTES),
          in.bytes(Limits.MAX_TCP_QUEUE_BYTES));
    }
  }
}
