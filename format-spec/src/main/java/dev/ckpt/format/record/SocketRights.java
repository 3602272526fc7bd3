package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * The files that come with a message that waits in a unix socket (SCM_RIGHTS). It stands behind all
 * open files, for a socket may wait in its own queue.
 *
 * <p>Layout:
 *
 * <pre>
 * offset  size  type        field    unit, constraint
 *      0     4  u32 objref  socket   a FILE_UNIX_SOCKET
 *      4     4  u32         message  which of the socket's messages, from 0
 *      8     4  u32         nr       1 to 253
 *     12        u32 objref  files    open file descriptions, in the order of the descriptors
 * </pre>
 */
public record SocketRights(int socket, int message, List<Integer> files) implements ImageRecord {
  /** Writes and reads the payload. */
  public static final RecordCodec<SocketRights> CODEC = new Codec();

  /** Checks what the layout demands. */
  public SocketRights {
    Invariant.positive(socket, "socket");
    Invariant.range(message, 0, Limits.MAX_SOCKET_MESSAGES - 1, "message");
    Invariant.range(files.size(), 1, Limits.MAX_SOCKET_RIGHTS, "number of files");
    files.forEach(file -> Invariant.positive(file, "file"));
    files = List.copyOf(files);
  }

  @Override
  public ObjectType type() {
    return ObjectType.SOCKET_RIGHTS;
  }

  @Override
  public List<ObjectReference> references() {
    List<ObjectReference> references = new ArrayList<>();
    references.add(ObjectReference.to("socket", socket, ObjectType.FILE_UNIX_SOCKET));
    files.forEach(file -> references.add(ObjectReference.toOpenFile("files", file)));
    return references;
  }

  private static final class Codec implements RecordCodec<SocketRights> {
    @Override
    public void write(SocketRights value, RecordOutput out) {
      out.u32(value.socket()).u32(value.message());
      out.count(value.files().size(), Limits.MAX_SOCKET_RIGHTS);
      value.files().forEach(out::u32);
    }

    @Override
    public SocketRights read(RecordInput in) throws CorruptImageException {
      int socket = in.objref();
      int message = in.u32();
      int nr = in.count(Limits.MAX_SOCKET_RIGHTS, Integer.BYTES);
      List<Integer> files = new ArrayList<>(nr);
      for (int i = 0; i < nr; i++) {
        files.add(in.objref());
      }
      return new SocketRights(socket, message, files);
    }
  }
}
