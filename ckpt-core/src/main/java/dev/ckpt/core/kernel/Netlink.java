package dev.ckpt.core.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Constants and the address of {@code linux/netlink.h}. */
public final class Netlink {
  public static final int NETLINK_ROUTE = 0;
  public static final int NETLINK_SOCK_DIAG = 4;
  public static final int NETLINK_KOBJECT_UEVENT = 15;

  public static final int SOL_NETLINK = 270;
  public static final int NETLINK_ADD_MEMBERSHIP = 1;
  public static final int NETLINK_PKTINFO = 3;
  public static final int NETLINK_BROADCAST_ERROR = 4;
  public static final int NETLINK_NO_ENOBUFS = 5;
  public static final int NETLINK_LISTEN_ALL_NSID = 8;
  public static final int NETLINK_LIST_MEMBERSHIPS = 9;
  public static final int NETLINK_CAP_ACK = 10;
  public static final int NETLINK_EXT_ACK = 11;
  public static final int NETLINK_GET_STRICT_CHK = 12;

  private static final int SOCKADDR_NL_BYTES = 12;
  private static final int PORT_ID = 4;
  private static final int GROUPS = 8;

  private Netlink() {}

  /** The port id of a {@code struct sockaddr_nl}. */
  public static int portId(byte[] sockaddrNl) {
    return ByteBuffer.wrap(sockaddrNl).order(ByteOrder.LITTLE_ENDIAN).getInt(PORT_ID);
  }

  /** The mask of groups of a {@code struct sockaddr_nl}. */
  public static int groups(byte[] sockaddrNl) {
    return ByteBuffer.wrap(sockaddrNl).order(ByteOrder.LITTLE_ENDIAN).getInt(GROUPS);
  }

  /** A {@code struct sockaddr_nl}. */
  public static byte[] address(int portId, int groups) {
    return ByteBuffer.allocate(SOCKADDR_NL_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(0, (short) Socket.AF_NETLINK)
        .putInt(PORT_ID, portId)
        .putInt(GROUPS, groups)
        .array();
  }
}
