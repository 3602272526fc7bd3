package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * What waits in a socket to be read: a datagram, or all the bytes of a stream.
 *
 * @param sender its address; empty where it has none
 * @param pid of the sender as SCM_CREDENTIALS names it; 0 where they were not asked for
 * @param uid the same
 * @param gid the same
 * @param data may be empty in a datagram
 */
public record SocketMessage(ByteString sender, int pid, int uid, int gid, ByteString data) {
  private static final int LEAST_BYTES = 20;

  /** Checks what the layout demands. */
  public SocketMessage {
    Invariant.atMost(sender, Limits.MAX_SOCKADDR_BYTES, "sender");
    Invariant.notNegative(pid, "pid");
    Invariant.atMost(data, Limits.MAX_SOCKET_QUEUE_BYTES, "data");
  }

  static List<SocketMessage> checked(List<SocketMessage> messages) {
    Invariant.range(messages.size(), 0, Limits.MAX_SOCKET_MESSAGES, "number of messages");
    long lenBytes = messages.stream().mapToLong(message -> message.data().length()).sum();
    Invariant.that(lenBytes <= Limits.MAX_SOCKET_QUEUE_BYTES, "messages hold too much", lenBytes);
    return List.copyOf(messages);
  }

  static void writeAll(List<SocketMessage> messages, RecordOutput out) {
    out.count(messages.size(), Limits.MAX_SOCKET_MESSAGES);
    for (SocketMessage message : messages) {
      out.bytes(message.sender(), Limits.MAX_SOCKADDR_BYTES)
          .u32(message.pid())
          .u32(message.uid())
          .u32(message.gid())
          .bytes(message.data(), Limits.MAX_SOCKET_QUEUE_BYTES);
    }
  }

  static List<SocketMessage> readAll(RecordInput in) throws CorruptImageException {
    int nr = in.count(Limits.MAX_SOCKET_MESSAGES, LEAST_BYTES);
    List<SocketMessage> messages = new ArrayList<>(nr);
    for (int i = 0; i < nr; i++) {
      messages.add(
          new SocketMessage(
              in.bytes(Limits.MAX_SOCKADDR_BYTES),
              in.u32(),
              in.u32(),
              in.u32(),
              in.bytes(Limits.MAX_SOCKET_QUEUE_BYTES)));
    }
    return messages;
  }
}
