package dev.ckpt.core.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Constants and the address of {@code linux/if_packet.h}. */
public final class Packet {
  public static final int SOL_PACKET = 263;
  public static final int PACKET_ADD_MEMBERSHIP = 1;
  public static final int PACKET_COPY_THRESH = 7;
  public static final int PACKET_AUXDATA = 8;
  public static final int PACKET_ORIGDEV = 9;
  public static final int PACKET_VERSION = 10;
  public static final int PACKET_RESERVE = 12;
  public static final int PACKET_LOSS = 14;
  public static final int PACKET_VNET_HDR = 15;
  public static final int PACKET_TIMESTAMP = 17;
  public static final int PACKET_FANOUT = 18;
  public static final int PACKET_TX_HAS_OFF = 19;
  public static final int PACKET_QDISC_BYPASS = 20;
  public static final int PACKET_IGNORE_OUTGOING = 23;
  public static final int PACKET_VNET_HDR_SZ = 24;

  public static final int PACKET_FANOUT_CBPF = 6;
  public static final int PACKET_FANOUT_EBPF = 7;

  /** Bytes of {@code struct packet_mreq} with the longest address. */
  private static final int MREQ_BYTES = 40;

  private static final int MREQ_ADDRESS = 8;
  private static final int SOCKADDR_LL_BYTES = 20;

  private Packet() {}

  /** The protocol of a {@code struct sockaddr_ll}. */
  public static int protocol(byte[] sockaddrLl) {
    return Short.toUnsignedInt(ByteBuffer.wrap(sockaddrLl).getShort(2));
  }

  /** The number of the interface: 0 for all, -1 for one that is gone. */
  public static int ifindex(byte[] sockaddrLl) {
    return ByteBuffer.wrap(sockaddrLl).order(ByteOrder.LITTLE_ENDIAN).getInt(4);
  }

  /** A {@code struct sockaddr_ll} as bind(2) wants it. */
  public static byte[] address(int protocol, int ifindex) {
    ByteBuffer address = ByteBuffer.allocate(SOCKADDR_LL_BYTES);
    address.putShort(2, (short) protocol);
    address.order(ByteOrder.LITTLE_ENDIAN).putShort(0, (short) Socket.AF_PACKET);
    return address.putInt(4, ifindex).array();
  }

  /** A {@code struct packet_mreq}. */
  public static byte[] membership(int ifindex, int type, byte[] address) {
    ByteBuffer request = ByteBuffer.allocate(MREQ_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    request.putInt(ifindex).putShort((short) type).putShort((short) address.length);
    return request.position(MREQ_ADDRESS).put(address).array();
  }
}
