package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * The vdso of a kernel of Debian's, out of its file in /boot: an ELF image within that of the
 * kernel, which is compressed. The package is unpacked, not installed.
 */
final class DebianVdso {
  /** The smallest that Debian has; its kernel is compressed by LZ4, for a fast boot. */
  private static final String PACKAGE = "linux-image-cloud-amd64";

  /** Of the legacy format of lz4(1): so many bytes in each block but the last, when unpacked. */
  private static final int LZ4_LEGACY_MAGIC = 0x184c2102;

  private static final int LZ4_BLOCK_BYTES = 8 << 20;
  private static final int LZ4_MIN_MATCH = 4;
  private static final int NIBBLE = 15;

  private static final String ELF = "\u007fELF\u0002\u0001\u0001";
  private static final int ELF_HEADER_BYTES = 64;
  private static final int SHDR_BYTES = 64;
  private static final int ET_DYN = 3;
  private static final int EM_X86_64 = 62;
  private static final int PAGE = 4096;

  private DebianVdso() {}

  /** Whole pages, as it would be mapped; or the test is skipped. */
  static byte[] content() throws IOException {
    DebianPackages.of(List.of(PACKAGE)).need(List.of(PACKAGE));
    Path file = kernelFile();
    byte[] kernel = unpacked(Files.readAllBytes(file));
    return find(kernel).orElseThrow(() -> new AssertionError("no vdso is in " + file));
  }

  private static Path kernelFile() throws IOException {
    Path boot = Programs.root().resolve("target/debian/boot");
    // Where the package is installed already, nothing was unpacked.
    try (Stream<Path> files = Files.list(Files.isDirectory(boot) ? boot : Path.of("/boot"))) {
      return files
          .filter(each -> each.getFileName().toString().matches("vmlinuz-.*cloud.*"))
          .max(Path::compareTo)
          .orElseThrow(() -> new TestAbortedException("no kernel is in " + PACKAGE));
    }
  }

  private static Optional<byte[]> find(byte[] kernel) {
    String text = new String(kernel, ISO_8859_1);
    ByteBuffer bytes = ByteBuffer.wrap(kernel).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = text.indexOf(ELF, 1); at > 0; at = text.indexOf(ELF, at + 1)) {
      if (at + ELF_HEADER_BYTES <= kernel.length
          && bytes.getShort(at + 16) == ET_DYN
          && bytes.getShort(at + 18) == EM_X86_64) {
        long sections = bytes.getLong(at + 40);
        long end = sections + (bytes.getShort(at + 60) & 0xffff) * SHDR_BYTES;
        int lenBytes = Math.toIntExact((end + PAGE - 1) & -PAGE);
        return Optional.of(Arrays.copyOfRange(kernel, at, at + lenBytes));
      }
    }
    return Optional.empty();
  }

  private static byte[] unpacked(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int at = 0;
    while (at + 4 <= file.length && in.getInt(at) != LZ4_LEGACY_MAGIC) {
      at++;
    }
    if (at + 4 > file.length) {
      throw new TestAbortedException("that kernel is not compressed by LZ4");
    }
    in.position(at + 4);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] block;
    do {
      block = block(in.slice(in.position() + 4, in.getInt(in.position())));
      in.position(in.position() + 4 + in.getInt(in.position()));
      out.writeBytes(block);
    } while (block.length == LZ4_BLOCK_BYTES);
    return out.toByteArray();
  }

  /** A block is sequences of literals and of matches with what was unpacked before. */
  private static byte[] block(ByteBuffer in) {
    byte[] out = new byte[LZ4_BLOCK_BYTES];
    int at = 0;
    while (in.hasRemaining()) {
      int token = in.get() & 0xff;
      int literals = length(token >> 4, in);
      in.get(out, at, literals);
      at += literals;
      if (in.hasRemaining()) {
        int back = (in.get() & 0xff) | (in.get() & 0xff) << 8;
        int match = length(token & NIBBLE, in) + LZ4_MIN_MATCH;
        for (int i = 0; i < match; i++, at++) {
          out[at] = out[at - back];
        }
      }
    }
    return Arrays.copyOf(out, at);
  }

  private static int length(int nibble, ByteBuffer in) {
    int length = nibble;
    for (int more = nibble == NIBBLE ? 0xff : 0; more == 0xff; length += more) {
      more = in.get() & 0xff;
    }
    return length;
  }
}
