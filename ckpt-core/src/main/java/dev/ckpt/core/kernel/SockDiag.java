package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the kernel for all sockets of a family (sock_diag(7)), in our network namespace.
 *
 * <p>Source: {@code linux/netlink.h}, {@code linux/sock_diag.h}.
 */
final class SockDiag {
  private static final int SOCK_DIAG_BY_FAMILY = 20;
  private static final int NLM_F_REQUEST = 1;
  private static final int NLM_F_DUMP = 0x300;
  private static final int NLMSG_ERROR = 2;
  private static final int NLMSG_DONE = 3;
  private static final int HEADER_BYTES = 16;
  private static final int ATTRIBUTE_HEADER_BYTES = 4;
  private static final int BUFFER_BYTES = 64 * 1024;

  private SockDiag() {}

  /**
   * The payloads of all answers.
   *
   * @param request what follows the netlink header, beginning with the family
   */
  static List<ByteBuffer> dump(byte[] request) throws SyscallException {
    List<ByteBuffer> answers = new ArrayList<>();
    try (Fd netlink = Sockets.open(Socket.AF_NETLINK, Socket.SOCK_RAW, Netlink.NETLINK_SOCK_DIAG)) {
      send(netlink, request);
      NativeBuffer buffer = NativeBuffer.allocate(BUFFER_BYTES);
      while (true) {
        long n =
            Call.check(
                LibC.read(netlink.number(), buffer.address(), BUFFER_BYTES),
                "",
                "read",
                netlink.number(),
                "sock_diag");
        if (!take(ByteBuffer.wrap(buffer.getBytes(0, (int) n)), answers)) {
          return answers;
        }
      }
    }
  }

  private static void send(Fd netlink, byte[] request) throws SyscallException {
    NativeBuffer message = NativeBuffer.allocate(HEADER_BYTES + request.length);
    message.putInt(0, message.size());
    message.putInt(4, SOCK_DIAG_BY_FAMILY | (NLM_F_REQUEST | NLM_F_DUMP) << 16);
    message.put(HEADER_BYTES, request);
    Call.check(
        LibC.write(netlink.number(), message.address(), message.size()),
        "",
        "write",
        netlink.number(),
        "sock_diag");
    Reference.reachabilityFence(message);
  }

  /** Whether more is to come. */
  private static boolean take(ByteBuffer messages, List<ByteBuffer> answers)
      throws SyscallException {
    messages.order(ByteOrder.LITTLE_ENDIAN);
    while (messages.remaining() >= HEADER_BYTES) {
      int at = messages.position();
      int len = messages.getInt(at);
      int type = messages.getShort(at + 4);
      if (len < HEADER_BYTES || len > messages.remaining()) {
        throw malformed("a message of " + len + " bytes");
      }
      if (type == NLMSG_DONE || type == NLMSG_ERROR) {
        // Either may carry an error: a dump that fails once it has begun ends with it.
        int error = len < HEADER_BYTES + Integer.BYTES ? 0 : messages.getInt(at + HEADER_BYTES);
        if (error < 0) {
          throw new SyscallException("", "sock_diag", "dump", -error);
        }
        return false;
      }
      answers.add(
          messages.slice(at + HEADER_BYTES, len - HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN));
      messages.position(Math.min(messages.limit(), at + aligned(len)));
    }
    return true;
  }

  /**
   * The value of an attribute, nothing (empty) where it is not there.
   *
   * @param from where attributes begin, behind what every answer of the family has
   * @param leastBytes what its value has at least
   */
  static ByteBuffer attribute(ByteBuffer answer, int from, int wanted, int leastBytes)
      throws SyscallException {
    if (answer.limit() < from) {
      throw malformed("an answer of " + answer.limit() + " bytes");
    }
    int at = from;
    while (at + ATTRIBUTE_HEADER_BYTES <= answer.limit()) {
      int len = answer.getShort(at) & 0xffff;
      if (len < ATTRIBUTE_HEADER_BYTES || at + len > answer.limit()) {
        throw malformed("an attribute of " + len + " bytes");
      }
      if (answer.getShort(at + 2) == wanted) {
        if (len - ATTRIBUTE_HEADER_BYTES < leastBytes) {
          throw malformed("attribute " + wanted + " of " + len + " bytes");
        }
        return answer
            .slice(at + ATTRIBUTE_HEADER_BYTES, len - ATTRIBUTE_HEADER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
      }
      at += aligned(len);
    }
    return ByteBuffer.allocate(0);
  }

  /** An answer that is not as the kernel's headers have it. */
  static SyscallException malformed(String what) {
    return new SyscallException("", "sock_diag", what, Errno.EBADMSG);
  }

  private static int aligned(int lenBytes) {
    return (lenBytes + 3) & -4;
  }
}
