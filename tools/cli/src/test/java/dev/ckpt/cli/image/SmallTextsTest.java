package dev.ckpt.cli.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SmallTextsTest {
  private static final int PAGE = 4096;
  private static final long STACK = 0x7ff0_0000_0000L;
  private static final int MM = 7;

  /** AF_INET and AF_INET6 in the machine's order, ports and addresses in the network's. */
  @ParameterizedTest
  @CsvSource({
    "0200 0050 7f000001 0000000000000000, 127.0.0.1:80",
    "0200 22e4 00000000 0000000000000000, 0.0.0.0:8932",
    "0a00 22e4 00000000 00000000000000000000000000000000 00000000, [::]:8932",
    "0a00 0001 00000000 00000000000000000000000000000001 00000000, [::1]:1",
    "0a00 0001 00000000 20010db8000000000001000000000001 00000000, [2001:db8::1:0:0:1]:1",
    "0a00 0001 00000000 20010db8000100010001000100010000 00000000, [2001:db8:1:1:1:1:1:0]:1",
    "0a00 0001 00000000 fe800000000000000000000000000000 00000000, [fe80::]:1",
    "0100 2f746d70, ''",
    "0200 00, ''",
  })
  void addressesAreInTheUsualWriting(String hex, String text) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));

    assertEquals(text, SocketAddress.text(ByteString.of(bytes)));
  }

  private static CommandLine commandLine(long from, long to) throws CorruptImageException {
    Mm mm = new Mm(0, 0, 0, 0, 0, 0, 0, from, to, to, to, ByteString.EMPTY, 1, 0, 0, 0, 0, 0, 0);
    return new CommandLine(ImageState.of(List.of(new ImageObject(0, MM, mm))));
  }

  /** Pages of the stack, the words at the end of the first and the beginning of the second. */
  private static ByteBuffer pages(String words, int before) {
    byte[] bytes = new byte[2 * PAGE];
    byte[] text = words.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(text, 0, bytes, PAGE - before, text.length);
    return ByteBuffer.wrap(bytes);
  }

  private static PageArray array(PageKind kind) {
    return new PageArray(
        MM, List.of(new PageRun(STACK - 2 * PAGE, 1, kind), new PageRun(STACK, 2, PageKind.DATA)));
  }

  @Test
  void theWordsAreFoundInThePages() throws CorruptImageException {
    String words = "prog\0-x\0two words\0it's\0\u001b[2J\0";
    long start = STACK + PAGE - 10;
    CommandLine line = commandLine(start, start + words.length());
    line.add(array(PageKind.ZERO), pages(words, 10));

    assertEquals(Optional.of("prog -x 'two words' 'it'\\''s' '\\u{1b}[2J'"), line.text());
  }

  @Test
  void aTitleIsShownAsItIs() throws CorruptImageException {
    String words = "redis-server *:6379\0";
    CommandLine line = commandLine(STACK, STACK + words.length());
    line.add(array(PageKind.ZERO), pages(words, PAGE));

    assertEquals(Optional.of("redis-server *:6379"), line.text());
  }

  @Test
  void wordsThatAreNotInTheImageAreNotShown() throws CorruptImageException {
    assertEquals(Optional.empty(), commandLine(STACK, STACK + 10).text());
    assertEquals(Optional.empty(), commandLine(STACK, STACK).text());
    assertEquals(Optional.empty(), commandLine(STACK, STACK - 10).text());
    CommandLine cut = commandLine(STACK - 10, STACK + 10);
    cut.add(array(PageKind.ZERO), pages("a", 0));
    assertEquals(Optional.empty(), cut.text());
  }

  @Test
  void aHostilePlaceTakesNoMemory() throws CorruptImageException {
    CommandLine line = commandLine(Long.MIN_VALUE, Long.MAX_VALUE);
    line.add(array(PageKind.ZERO), pages("a", 0));
    assertEquals(Optional.empty(), line.text());
    line = commandLine(1, Long.MAX_VALUE);
    line.add(array(PageKind.ZERO), pages("a", 0));
    assertEquals(Optional.empty(), line.text());
  }
}
