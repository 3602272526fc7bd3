package dev.ckpt.format;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.ckpt.format.RawStream.Raw;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads damaged images as files: whole, the state alone, and page by page. */
final class DamagedFile implements AutoCloseable {
  /** Where a page is. */
  record Page(int owner, long addr) {}

  /** One for all images: a file system may sync a file that is truncated, written and closed. */
  private final FileChannel channel;

  DamagedFile(Path folder) throws IOException {
    channel = FileChannel.open(folder.resolve("damaged.ckpt"), CREATE_NEW, READ, WRITE);
  }

  private ImageFile open(byte[] image) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(image);
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
    channel.truncate(image.length);
    return new ImageFile(channel);
  }

  /** Opens and checks all of it. */
  void verify(byte[] image) throws IOException {
    try (ImageFile file = open(image)) {
      file.verify();
    }
  }

  /** How many page arrays it has by its index. */
  int nrPageArrays(byte[] image) throws IOException {
    try (ImageFile file = open(image)) {
      return file.nrPageArrays();
    }
  }

  /** Its header and state objects, by a file that was opened by tail and index only. */
  List<ImageObject> state(byte[] image) throws IOException {
    try (ImageFile file = open(image)) {
      return file.state().objects();
    }
  }

  /**
   * Reads these pages, one by one and last first, of a file that was opened by tail and index only.
   *
   * @return null for a page that the file says not to have
   */
  Map<Page, byte[]> pages(byte[] image, Iterable<Page> wanted) throws IOException {
    List<Page> backwards = new ArrayList<>();
    wanted.forEach(page -> backwards.add(0, page));
    Map<Page, byte[]> found = new LinkedHashMap<>();
    try (ImageFile file = open(image)) {
      for (Page page : backwards) {
        ByteBuffer content = ByteBuffer.allocate(Limits.PAGE_SIZE);
        boolean there = file.readPage(page.owner(), page.addr(), content).isPresent();
        found.put(page, there ? content.array() : null);
      }
    }
    return found;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** The content of pages by the arrays themselves: all DATA, and the first of each ZERO run. */
  static Map<Page, byte[]> pagesOf(List<Raw> objects) {
    Map<Page, byte[]> pages = new LinkedHashMap<>();
    for (Raw raw : objects) {
      if (FittedStream.isPages(raw)) {
        PageArray table = FittedStream.table(raw);
        byte[] content = FittedStream.pages(raw);
        int at = 0;
        for (PageRun run : table.runs()) {
          boolean data = run.kind() == PageKind.DATA;
          for (int i = 0; i < (data ? run.nrPages() : 1); i++) {
            Page page = new Page(table.owner(), run.addr() + (long) i * Limits.PAGE_SIZE);
            int end = data ? at + Limits.PAGE_SIZE : at;
            pages.put(page, Arrays.copyOf(Arrays.copyOfRange(content, at, end), Limits.PAGE_SIZE));
            at = end;
          }
        }
      }
    }
    return pages;
  }
}
