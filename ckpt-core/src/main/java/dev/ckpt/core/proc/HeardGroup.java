package dev.ckpt.core.proc;

import dev.ckpt.format.ByteString;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A multicast group that an interface hears because a socket or the kernel has joined it, from
 * {@code /proc/net/igmp} and {@code /proc/net/igmp6}.
 *
 * <p>Source: igmp_mc_seq_show in net/ipv4/igmp.c, igmp6_mc_seq_show in net/ipv6/mcast.c.
 *
 * @param ifindex number of the interface
 * @param device its name
 * @param address of the group: 4 or 16 bytes, as they go over the network
 */
public record HeardGroup(int ifindex, String device, ByteString address) {
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;

  /**
   * Parses igmp: a line for an interface, then one for each of its groups.
   *
   * @throws ProcFormatException if a line is neither
   */
  public static List<HeardGroup> parseIpv4(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("net/igmp", text);
    List<HeardGroup> groups = new ArrayList<>();
    in.expect("Idx");
    in.restOfLine();
    int ifindex = 0;
    String device = "";
    while (!in.atEnd()) {
      if (in.accept('\t')) {
        while (in.accept('\t')) {
          continue;
        }
        // NB: the bytes as a number of this machine, which is little-endian.
        byte[] a = address(in, IPV4_BYTES);
        groups.add(
            new HeardGroup(ifindex, device, ByteString.of(new byte[] {a[3], a[2], a[1], a[0]})));
      } else {
        ifindex = in.count();
        in.expect('\t');
        String word = in.word();
        device = word.endsWith(":") ? word.substring(0, word.length() - 1) : word;
      }
      in.restOfLine();
    }
    return List.copyOf(groups);
  }

  private static byte[] address(TextCursor in, int lenBytes) throws ProcFormatException {
    String digits = in.word();
    if (digits.length() != 2 * lenBytes || !digits.matches("[0-9a-fA-F]*")) {
      throw in.bad("want an address, found " + digits);
    }
    return HexFormat.of().parseHex(digits);
  }

  /**
   * Parses igmp6: a line for each group of each interface.
   *
   * @throws ProcFormatException if a line is anything else
   */
  public static List<HeardGroup> parseIpv6(byte[] text) throws ProcFormatException {
    TextCursor in = new TextCursor("net/igmp6", text);
    List<HeardGroup> groups = new ArrayList<>();
    while (!in.atEnd()) {
      int ifindex = in.count();
      in.skipSpaces();
      String device = in.word();
      in.skipSpaces();
      groups.add(new HeardGroup(ifindex, device, ByteString.of(address(in, IPV6_BYTES))));
      in.restOfLine();
    }
    return List.copyOf(groups);
  }
}
