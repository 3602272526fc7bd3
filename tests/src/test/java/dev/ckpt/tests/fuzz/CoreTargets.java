package dev.ckpt.tests.fuzz;

import dev.ckpt.convert.core.CoreOutput;
import dev.ckpt.convert.core.ElfCore;
import dev.ckpt.convert.memory.Area;
import dev.ckpt.convert.memory.ImageMemory;
import dev.ckpt.convert.memory.MemoryReader;
import dev.ckpt.convert.memory.MemorySink;
import dev.ckpt.convert.memory.PageFinder;
import dev.ckpt.convert.memory.SearchWindow;
import dev.ckpt.convert.memory.StringScan;
import dev.ckpt.convert.report.MemoryReport;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.Limits;
import dev.ckpt.format.ParentSource;
import dev.ckpt.format.record.Vma;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.helpers.DefaultHandler;

/** What makes something else of images, or looks into their memory. */
final class CoreTargets {
  private static final Set<Code> REFUSALS =
      Set.of(
          FailureCode.IMAGE_CORRUPT,
          FailureCode.IMAGE_VERSION,
          FailureCode.IMAGE_UNKNOWN_OBJECT,
          FailureCode.IMAGE_SEALED,
          FailureCode.PARENT_MISSING,
          FailureCode.CORE_PRE_DUMP,
          FailureCode.IMAGE_NO_ROOM);

  private static final Predicate<Throwable> REFUSED =
      e -> e instanceof CkptException refusal && REFUSALS.contains(refusal.code());

  /** Bytes of a core before the disk is full: one page may be mapped a million times. */
  private static final long DISK_BYTES = 16 << 20;

  private final byte[] golden;
  private final FileChannel file;

  private CoreTargets(byte[] golden) throws IOException {
    this.golden = golden;
    file =
        FileChannel.open(
            Files.createTempFile("fuzz", ".ckpt"),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  static List<FuzzTarget> all() throws IOException {
    CoreTargets of = new CoreTargets(SeedImages.golden());
    return List.of(
        new FuzzTarget("core.image", of::core, REFUSED, CoreTargets::inputs),
        new FuzzTarget("report.image", of::report, REFUSED, CoreTargets::inputs),
        new FuzzTarget("memory.image", of::memory, REFUSED, CoreTargets::inputs));
  }

  /** NB: no others, for they are of single objects, of which nothing can be made. */
  private static List<byte[]> inputs() throws IOException {
    return List.of(FixedImage.input(SeedImages.golden(), FixedImage.ALL));
  }

  private ImageFile image(byte[] input) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(FixedImage.of(input, golden));
    file.truncate(0);
    while (bytes.hasRemaining()) {
      file.write(bytes, bytes.position());
    }
    return new ImageFile(file);
  }

  /** A disk of some size, which holes take nothing of. */
  private static final class Disk implements CoreOutput {
    private long left = DISK_BYTES;

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      left -= bytes.remaining();
      if (left < 0) {
        throw new CkptException(FailureCode.IMAGE_NO_ROOM, "the disk is full");
      }
      bytes.position(bytes.limit());
    }

    @Override
    public void skip(long lenBytes) {
      if (lenBytes < 0) {
        throw new AssertionError("a hole of " + lenBytes);
      }
    }
  }

  // The chain closes it; a second time does nothing.
  @SuppressWarnings("MustBeClosedChecker")
  private void core(byte[] input) throws IOException {
    ImageFile image = image(input);
    ImageState state = image.state();
    try (ImageChain chain = ImageChain.from(image, "it", state, ParentSource.NONE)) {
      ElfCore.Result all = ElfCore.write(state, chain, true, new Disk());
      ElfCore.Result usual = ElfCore.write(state, chain, false, new Disk());
      if (all.memoryBytes() < usual.memoryBytes() || usual.memoryBytes() < 0) {
        throw new AssertionError(all + " has less than " + usual);
      }
    }
  }

  /** What comes out is read by a parser that takes no mistake. */
  private void report(byte[] input) throws Exception {
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    MemoryReport.write(image(input), "it", file.size(), page);
    SAXParserFactory.newInstance()
        .newSAXParser()
        .parse(new ByteArrayInputStream(page.toByteArray()), new DefaultHandler());
  }

  /** Every mapping's first page, and all memory once by each way to look at it. */
  // The chain closes it; a second time does nothing.
  @SuppressWarnings("MustBeClosedChecker")
  private void memory(byte[] input) throws IOException {
    ImageFile image = image(input);
    ImageState state = image.state();
    try (ImageChain chain = ImageChain.from(image, "it", state, ParentSource.NONE)) {
      ImageMemory memory = new ImageMemory(state, chain);
      PageFinder pages = new PageFinder(memory);
      for (Vma vma : state.vmas()) {
        int nrBytes = pages.at(vma.start()).bytes().length();
        if (nrBytes != 0 && nrBytes != Limits.PAGE_SIZE) {
          throw new AssertionError("a page of " + nrBytes);
        }
      }
      byte[] wanted = {0x5a, 0};
      look(memory, new SearchWindow(wanted, 1, 1, CoreTargets::check, () -> true));
      look(memory, new StringScan(3, found -> {}, () -> true));
    }
  }

  private static void look(ImageMemory memory, MemorySink sink) throws IOException {
    MemoryReader reader = new MemoryReader(memory, sink);
    for (Area area : memory.areas()) {
      reader.read(area);
    }
    if (reader.dataBytes() < 0 || reader.fileBytes() < 0) {
      throw new AssertionError(reader.dataBytes() + " and " + reader.fileBytes());
    }
  }

  private static void check(SearchWindow.Match match) {
    if (match.around()[match.at()] != 0x5a || match.addr() < match.area().start()) {
      throw new AssertionError(match.toString());
    }
  }
}
