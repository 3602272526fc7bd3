package dev.ckpt.core.kernel;

import dev.ckpt.core.error.SyscallException;
import dev.ckpt.format.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the kernel tells of a packet socket besides what the socket itself does.
 *
 * @param ino its inode in sockfs
 * @param running whether it gets packets: its interface is up
 * @param hasRing whether it has a ring, of either direction
 * @param grouped whether it belongs to a fanout group
 * @param memberships what it makes interfaces hear
 */
public record PacketDiag(
    long ino, boolean running, boolean hasRing, boolean grouped, List<Membership> memberships) {
  /** As struct packet_diag_mclist has it. */
  public record Membership(int ifindex, int type, int count, ByteString address) {}

  // struct packet_diag_req and packet_diag_msg, linux/packet_diag.h
  private static final int REQUEST_BYTES = 20;
  private static final int MESSAGE_BYTES = 16;
  private static final int INO = 4;
  private static final int SHOW = 8;
  private static final int SHOW_INFO_MCLIST_RING_CFG_FANOUT = 0x1 | 0x2 | 0x4 | 0x8;
  private static final int PACKET_DIAG_INFO = 0;
  private static final int PACKET_DIAG_MCLIST = 1;
  private static final int PACKET_DIAG_RX_RING = 2;
  private static final int PACKET_DIAG_TX_RING = 3;
  private static final int PACKET_DIAG_FANOUT = 4;
  // struct packet_diag_info
  private static final int PDI_BYTES = 24;
  private static final int PDI_FLAGS = 20;
  private static final int PDI_RUNNING = 1;
  // struct packet_diag_mclist
  private static final int PDMC_BYTES = 44;
  private static final int PDMC_COUNT = 4;
  private static final int PDMC_TYPE = 8;
  private static final int PDMC_ALEN = 10;
  private static final int PDMC_ADDR = 12;

  /**
   * Every packet socket of our network namespace, by inode; nothing where the kernel cannot list
   * them (CONFIG_PACKET_DIAG).
   */
  public static Optional<Map<Long, PacketDiag>> all() throws SyscallException {
    ByteBuffer request = ByteBuffer.allocate(REQUEST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    request.put(0, (byte) Socket.AF_PACKET).putInt(SHOW, SHOW_INFO_MCLIST_RING_CFG_FANOUT);
    Map<Long, PacketDiag> sockets = new HashMap<>();
    try {
      for (ByteBuffer answer : SockDiag.dump(request.array())) {
        PacketDiag socket = parse(answer);
        sockets.put(socket.ino(), socket);
      }
    } catch (SyscallException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
    return Optional.of(sockets);
  }

  static PacketDiag parse(ByteBuffer answer) throws SyscallException {
    ByteBuffer info = attribute(answer, PACKET_DIAG_INFO, PDI_BYTES);
    if (!info.hasRemaining()) {
      throw SockDiag.malformed("a packet socket without PACKET_DIAG_INFO");
    }
    boolean ring =
        attribute(answer, PACKET_DIAG_RX_RING, 0).hasRemaining()
            || attribute(answer, PACKET_DIAG_TX_RING, 0).hasRemaining();
    return new PacketDiag(
        Integer.toUnsignedLong(answer.getInt(INO)),
        (info.getInt(PDI_FLAGS) & PDI_RUNNING) != 0,
        ring,
        attribute(answer, PACKET_DIAG_FANOUT, 0).hasRemaining(),
        memberships(attribute(answer, PACKET_DIAG_MCLIST, 0)));
  }

  private static ByteBuffer attribute(ByteBuffer answer, int wanted, int leastBytes)
      throws SyscallException {
    return SockDiag.attribute(answer, MESSAGE_BYTES, wanted, leastBytes);
  }

  private static List<Membership> memberships(ByteBuffer list) throws SyscallException {
    List<Membership> all = new ArrayList<>();
    for (int at = 0; at + PDMC_BYTES <= list.limit(); at += PDMC_BYTES) {
      int addressBytes = list.getShort(at + PDMC_ALEN);
      if (addressBytes < 0 || addressBytes > PDMC_BYTES - PDMC_ADDR) {
        throw SockDiag.malformed("an address of " + addressBytes + " bytes");
      }
      byte[] address = new byte[addressBytes];
      list.get(at + PDMC_ADDR, address);
      int type = list.getShort(at + PDMC_TYPE);
      all.add(
          new Membership(
              list.getInt(at), type, list.getInt(at + PDMC_COUNT), ByteString.of(address)));
    }
    return List.copyOf(all);
  }
}
