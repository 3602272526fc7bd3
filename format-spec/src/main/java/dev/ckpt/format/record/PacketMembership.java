package dev.ckpt.format.record;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.Limits;
import dev.ckpt.format.RecordInput;
import dev.ckpt.format.RecordOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * What a packet socket makes an interface hear (PACKET_ADD_MEMBERSHIP): everything, all groups, or
 * an address.
 *
 * @param ifindex number of the interface
 * @param device its name
 * @param type PACKET_MR_MULTICAST 0, PACKET_MR_PROMISC 1, PACKET_MR_ALLMULTI 2, PACKET_MR_UNICAST 3
 * @param count how often it was asked for
 * @param address a link-layer address, as long as it was given
 */
public record PacketMembership(
    int ifindex, ByteString device, int type, int count, ByteString address) {
  private static final int LEAST_BYTES = 20;
  private static final int PACKET_MR_UNICAST = 3;

  /** Checks what the layout demands. */
  public PacketMembership {
    Invariant.positive(ifindex, "ifindex");
    Invariant.atMost(device, Limits.MAX_NAME_BYTES, "device");
    Invariant.range(type, 0, PACKET_MR_UNICAST, "type");
    Invariant.range(count, 1, Limits.MAX_PACKET_MEMBERSHIPS, "count");
    Invariant.atMost(address, Limits.MAX_LINK_ADDRESS_BYTES, "address");
  }

  static void writeAll(List<PacketMembership> memberships, RecordOutput out) {
    out.count(memberships.size(), Limits.MAX_PACKET_MEMBERSHIPS);
    for (PacketMembership each : memberships) {
      out.u32(each.ifindex())
          .bytes(each.device(), Limits.MAX_NAME_BYTES)
          .u32(each.type())
          .u32(each.count())
          .bytes(each.address(), Limits.MAX_LINK_ADDRESS_BYTES);
    }
  }

  static List<PacketMembership> readAll(RecordInput in) throws CorruptImageException {
    int nr = in.count(Limits.MAX_PACKET_MEMBERSHIPS, LEAST_BYTES);
    List<PacketMembership> memberships = new ArrayList<>(nr);
    for (int i = 0; i < nr; i++) {
      memberships.add(
          new PacketMembership(
              in.u32(),
              in.bytes(Limits.MAX_NAME_BYTES),
              in.u32(),
              in.u32(),
              in.bytes(Limits.MAX_LINK_ADDRESS_BYTES)));
    }
    return memberships;
  }
}
