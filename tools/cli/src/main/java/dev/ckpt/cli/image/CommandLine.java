package dev.ckpt.cli.image;

import dev.ckpt.cli.text.Units;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/**
 * The words that the process was started with, taken out of its memory as the pages pass by. What
 * the image says of the place is not believed: only so many bytes are kept.
 */
final class CommandLine {
  private static final int MOST_BYTES = 4096;
  private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");

  private final Map<Integer, Mm> mms;
  private final long start;
  private final byte[] bytes;
  private int found;

  CommandLine(ImageState state) throws CorruptImageException {
    mms = state.shared(Mm.class);
    start = state.mm().argStart();
    long len = state.mm().argEnd() - start;
    bytes = new byte[(int) Math.max(0, Math.min(len, MOST_BYTES))];
  }

  /** Takes what a page array has of them. */
  void add(PageArray array, ByteBuffer pages) {
    if (!mms.containsKey(array.owner())) {
      return;
    }
    int offset = 0;
    for (PageRun run : array.runs()) {
      if (run.kind() == PageKind.DATA) {
        copy(run, pages, offset);
        offset += (int) run.nrPages() * Limits.PAGE_SIZE;
      }
    }
  }

  private void copy(PageRun run, ByteBuffer pages, int offset) {
    long from = Math.max(run.addr(), start);
    long to = Math.min(run.end(), start + bytes.length);
    if (from < to) {
      int len = (int) (to - from);
      pages.get(offset + (int) (from - run.addr()), bytes, (int) (from - start), len);
      found += len;
    }
  }

  /** The words as a shell reads them; empty when they are not in the image. */
  Optional<String> text() {
    if (found == 0 || found < bytes.length) {
      return Optional.empty();
    }
    String all = new String(bytes, StandardCharsets.UTF_8);
    StringJoiner words = new StringJoiner(" ");
    String[] split = all.split("\0");
    for (String word : split) {
      String shown = Units.printable(word);
      // A single one with spaces is a title that the process gave itself.
      boolean plain = split.length == 1 || PLAIN.matcher(shown).matches();
      words.add(plain ? shown : "'" + shown.replace("'", "'\\''") + "'");
    }
    return Optional.of(words.toString());
  }
}
