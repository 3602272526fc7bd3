package dev.ckpt.core.proc;

import dev.ckpt.format.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A raw or ping socket of our network namespace, from {@code /proc/net/raw}, {@code raw6}, {@code
 * icmp} and {@code icmp6}.
 *
 * <p>Source: raw_sock_seq_show in net/ipv4/raw.c, ping_v4_format_sock in net/ipv4/ping.c,
 * __ip6_dgram_sock_seq_show in net/ipv6/datagram.c.
 *
 * @param ino its inode in sockfs
 * @param connected whether it has a peer
 * @param peer address of the other end, 4 or 16 bytes as they go over the network
 * @param peerPort what connect(2) was given as the port, often 0
 */
public record RawSock(long ino, boolean connected, ByteString peer, int peerPort) {
  private static final String TCP_ESTABLISHED = "01";
  private static final int BEFORE_INODE = 5;

  /**
   * Parses any of the four files: a line of headings, then one for each socket.
   *
   * @throws ProcFormatException if a line is anything else
   */
  public static List<RawSock> parse(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("net/raw", text);
    List<RawSock> sockets = new ArrayList<>();
    in.skipSpaces();
    in.expect("sl");
    in.restOfLine();
    while (!in.atEnd()) {
      in.skipSpaces();
      in.count();
      in.expect(": ");
      in.word();
      in.skipSpaces();
      String[] peer = in.word().split(":", -1);
      in.skipSpaces();
      boolean connected = in.word().equals(TCP_ESTABLISHED);
      // Queues, timer, retransmissions, owner, time-out.
      for (int i = 0; i < BEFORE_INODE; i++) {
        in.skipSpaces();
        in.word();
      }
      in.skipSpaces();
      long ino = in.decimal();
      in.restOfLine();
      if (peer.length != 2 || !peer[1].matches("[0-9A-F]{4}")) {
        throw in.bad("want an address and a port");
      }
      int port = HexFormat.fromHexDigits(peer[1]);
      sockets.add(new RawSock(ino, connected, address(in, peer[0]), port));
    }
    return List.copyOf(sockets);
  }

  /** NB: each four bytes are printed as a number of this machine, which is little-endian. */
  private static ByteString address(TextCursor in, String digits) throws ProcFormatException {
    if (!digits.matches("([0-9A-F]{8}){1}|([0-9A-F]{8}){4}")) {
      throw in.bad("want an address, found " + digits);
    }
    ByteBuffer words = ByteBuffer.wrap(HexFormat.of().parseHex(digits));
    ByteBuffer bytes = ByteBuffer.allocate(words.capacity()).order(ByteOrder.LITTLE_ENDIAN);
    while (words.hasRemaining()) {
      bytes.putInt(words.getInt());
    }
    return ByteString.of(bytes.array());
  }
}
