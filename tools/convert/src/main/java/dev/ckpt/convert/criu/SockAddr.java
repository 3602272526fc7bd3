package dev.ckpt.convert.criu;

import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.FileInetSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * An address of IPv4 or IPv6: an image has it as a sockaddr, and CRIU in parts.
 *
 * <p>Source: linux/in.h, linux/in6.h.
 *
 * @param port in the order of this machine
 * @param words of 32 bits, with their bytes as they go over the wire: one, or four
 */
record SockAddr(int port, int flowinfo, List<Integer> words, int scopeId) {
  static final ByteString NONE = ByteString.EMPTY;

  private static final int IPV4_BYTES = 16;
  private static final int IPV6_BYTES = 28;
  private static final int IPV4_WORDS = 1;
  private static final int IPV6_WORDS = 4;

  SockAddr {
    words = List.copyOf(words);
  }

  private static int nrWords(int domain) {
    return domain == FileInetSocket.AF_INET ? IPV4_WORDS : IPV6_WORDS;
  }

  /**
   * Takes a sockaddr apart; an empty one is all zeros.
   *
   * @throws IllegalArgumentException if it is no address of this domain
   */
  static SockAddr of(int domain, ByteString sockaddr) {
    if (sockaddr.isEmpty()) {
      return new SockAddr(0, 0, Collections.nCopies(nrWords(domain), 0), 0);
    }
    int lenBytes = domain == FileInetSocket.AF_INET ? IPV4_BYTES : IPV6_BYTES;
    ByteBuffer bytes = sockaddr.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (sockaddr.length() != lenBytes || bytes.getShort() != domain) {
      throw new IllegalArgumentException(
          "an address of " + sockaddr.length() + " bytes is none of family " + domain);
    }
    int port = Short.toUnsignedInt(Short.reverseBytes(bytes.getShort()));
    int flowinfo = domain == FileInetSocket.AF_INET ? 0 : bytes.getInt();
    List<Integer> words = new ArrayList<>();
    for (int i = 0; i < nrWords(domain); i++) {
      words.add(bytes.getInt());
    }
    return new SockAddr(
        port, flowinfo, words, domain == FileInetSocket.AF_INET ? 0 : bytes.getInt());
  }

  /** Puts together what CRIU has. */
  static SockAddr of(int port, List<Integer> words) {
    return new SockAddr(port, 0, words, 0);
  }

  /**
   * The sockaddr.
   *
   * @throws IllegalArgumentException if it is no address of this domain
   */
  ByteString bytes(int domain) {
    if (port < 0 || port > 0xffff || words.size() != nrWords(domain)) {
      throw new IllegalArgumentException(
          "an address of family "
              + domain
              + " with port "
              + port
              + " and "
              + words.size()
              + " words");
    }
    boolean ipv4 = domain == FileInetSocket.AF_INET;
    ByteBuffer bytes =
        ByteBuffer.allocate(ipv4 ? IPV4_BYTES : IPV6_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putShort((short) domain).putShort(Short.reverseBytes((short) port));
    if (!ipv4) {
      bytes.putInt(flowinfo);
    }
    words.forEach(bytes::putInt);
    if (!ipv4) {
      bytes.putInt(scopeId);
    }
    return ByteString.of(bytes.rewind());
  }
}
