package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.List;

/**
 * An open unix socket. A connection is two of them, each of which names the inode of the other.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type   field     unit, constraint
 *      0     8  u64    inode     in sockfs
 *      8     4  u32    flags     open flags
 *     12     4  u32    sockType  SOCK_STREAM 1, SOCK_DGRAM 2 or SOCK_SEQPACKET 5
 *     16     4  u32    state     0 not connected, 1 listening, 2 connected to peer,
 *                                3 connected to a socket that is gone, 4 connected to one of
 *                                another process, by its name
 *     20     8  u64    peer      inode of the other end; 0 unless state is 2
 *     28     4  u32    backlog   of listen(2), signed; 0 unless state is 1
 *     32     4  u32    shutdown  bit 0 for receiving, bit 1 for sending
 *     36     4  u32    uid       owner of the socket
 *     40     4  u32    fileMode  st_mode of the file that it is bound to; 0 for none
 *     44     4  u32    fileUid   the file's owner
 *     48     4  u32    fileGid   the file's group
 *     52  4+n1  bytes  name      at most 108: as sun_path, without a path's final zero
 *  56+n1  4+n2  bytes  peerName  at most 108: the same of the other end; empty unless state is 4
 *    ...  4+n3  list   options   at most 256: level u32, name u32, value bytes (at most 256)
 *    ...  4+n4  list   messages  at most 16384, 8 MiB of data in all: sender bytes (at most 128, as
 *                                name), pid u32, uid u32, gid u32, data bytes; of a stream the
 *                                pieces that it is sent in again
 * </pre>
 */
public record FileUnixSocket(
    long inode,
    int flags,
    int sockType,
    int state,
    long peer,
    int backlog,
    int shutdown,
    int uid,
    int fileMode,
    int fileUid,
    int fileGid,
    ByteString name,
    ByteString peerName,
    List<SocketOption> options,
    List<SocketMessage> messages)
    implements ImageRecord {
  public static final int SOCK_STREAM = 1;
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_SEQPACKET = 5;

  public static final int UNCONNECTED = 0;
  public static final int LISTENING = 1;
  public static final int CONNECTED = 2;
  public static final int PEER_GONE = 3;
  public static final int CONNECTED_OUTSIDE = 4;

  /** Writes and reads the payload. */
  public static final RecordCodec<FileUnixSocket> CODEC = new Codec();

  private static final int SHUTDOWN_MASK = 3;

  /** Checks what the layout demands. */
  public FileUnixSocket {
    Invariant.that(
        sockType == SOCK_STREAM || sockType == SOCK_DGRAM || sockType == SOCK_SEQPACKET,
        "sockType must be 1, 2 or 5",
        sockType);
    Invariant.range(state, UNCONNECTED, CONNECTED_OUTSIDE, "state");
    Invariant.that((peer != 0) == (state == CONNECTED), "peer must be there when connected", peer);
    Invariant.that(backlog == 0 || state == LISTENING, "backlog must be a listener's", backlog);
    Invariant.bits(shutdown, SHUTDOWN_MASK, "shutdown");
    Invariant.that(
        sockType == SOCK_DGRAM || state != CONNECTED_OUTSIDE,
        "state must be one of its sockType",
        state);
    Invariant.atMost(name, Limits.MAX_SUN_PATH_BYTES, "name");
    Invariant.atMost(peerName, Limits.MAX_SUN_PATH_BYTES, "peerName");
    Invariant.that(
        peerName.isEmpty() == (state != CONNECTED_OUTSIDE),
        "peerName must be there when connected outside",
        peerName);
    Invariant.range(options.size(), 0, Limits.MAX_SOCKET_OPTIONS, "number of options");
    options = List.copyOf(options);
    messages = SocketMessage.checked(messages);
  }

  /** Whether it is bound to a file, or was when it had one. */
  public boolean hasFile() {
    return fileMode != 0;
  }

  /** Whether its name is no path. */
  public boolean isAbstract() {
    return !name.isEmpty() && name.byteAt(0) == 0;
  }

  @Override
  public ObjectType type() {
    return ObjectType.FILE_UNIX_SOCKET;
  }

  private static final class Codec implements RecordCodec<FileUnixSocket> {
    @Override
    public void write(FileUnixSocket value, RecordOutput out) {
      out.u64(value.inode())
          .u32(value.flags())
          .u32(value.sockType())
          .u32(value.state())
          .u64(value.peer())
          .u32(value.backlog())
          .u32(value.shutdown())
          .u32(value.uid())
          .u32(value.fileMode())
          .u32(value.fileUid())
          .u32(value.fileGid())
          .bytes(value.name(), Limits.MAX_SUN_PATH_BYTES)
          .bytes(value.peerName(), Limits.MAX_SUN_PATH_BYTES);
      SocketOption.writeAll(value.options(), out);
      SocketMessage.writeAll(value.messages(), out);
    }

    @Override
    public FileUnixSocket read(RecordInput in) throws CorruptImageException {
      return new FileUnixSocket(
          in.u64(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u64(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.u32(),
          in.bytes(Limits.MAX_SUN_PATH_BYTES),
          in.bytes(Limits.MAX_SUN_PATH_BYTES),
          SocketOption.readAll(in),
          SocketMessage.readAll(in));
    }
  }
}
