package dev.ckpt.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageCodec;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.PreDump;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Images that were written once and are never written again: whatever changes, they stay readable.
 * A new type of object comes with a golden image of its own, a new version with its own set.
 */
class GoldenImageTest {
  private static final Path FOLDER = Path.of("src/test/resources/golden");

  static byte[] golden(String name) throws IOException {
    return Files.readAllBytes(FOLDER.resolve(name));
  }

  @BeforeAll
  static void writeVersion1() throws IOException {
    if (Boolean.getBoolean("ckpt.writeGolden")) {
      writeOnce("v1-small.ckpt", Samples.image());
      writeOnce("v1-child.ckpt", Samples.childImage());
      writeOnce("v1-pre-dump.ckpt", Samples.preDumpImage());
      writeOnce("v1-lz4.ckpt", Samples.compressedImage(PageCodec.LZ4));
      writeOnce("v1-zstd.ckpt", Samples.compressedImage(PageCodec.ZSTD));
      try (SealSecret secret = SealSecret.ofKeyFile(SealedImages.keyFile())) {
        writeOnce("v1-sealed.ckpt", sealed(secret));
      }
    }
  }

  /** What is there stays as it is: the tests below say whether it still is what is written. */
  private static void writeOnce(String name, byte[] image) throws IOException {
    if (!Files.exists(FOLDER.resolve(name))) {
      Files.write(FOLDER.resolve(name), image);
    }
  }

  private static byte[] sealed(SealSecret secret) throws IOException {
    return SealedImages.image(secret.derive(0, SealedImages.salt(0x42)));
  }

  @Test
  void readsAndWritesSealedImagesOfVersion1AsTheyWere() throws Exception {
    byte[] golden = golden("v1-sealed.ckpt");
    try (SealSecret secret = SealSecret.ofKeyFile(SealedImages.keyFile())) {
      assertEquals(
          Samples.state().stream().map(ImageObject::record).toList(),
          SealedImages.readAll(golden, secret).stream()
              .map(ImageObject::record)
              .limit(Samples.state().size())
              .toList());
      assertArrayEquals(golden, sealed(secret));
    }
  }

  @Test
  void readsVersion1() throws Exception {
    try (ImageReader reader = Images.reader(golden("v1-small.ckpt"))) {
      ImageState state = ImageState.read(reader);
      assertEquals(
          Samples.state().stream().map(ImageObject::record).toList(),
          state.objects().stream().map(ImageObject::record).toList());
      assertEquals(
          Samples.state().stream().map(ImageObject::objref).toList(),
          state.objects().stream().map(ImageObject::objref).toList());
      assertEquals(Samples.pageArray(), reader.next().orElseThrow().record());
      assertEquals(Samples.pages(), reader.pages());
      assertEquals(Samples.statistics(), reader.next().orElseThrow().record());
      assertEquals(ObjectType.INDEX, reader.next().orElseThrow().record().type());
      assertEquals(ObjectType.TAIL, reader.next().orElseThrow().record().type());
      assertEquals(Optional.empty(), reader.next());
      reader.requireEnd();
    }
  }

  @Test
  void readsAndWritesImagesWithAParentAsTheyWere() throws Exception {
    byte[] golden = golden("v1-child.ckpt");
    assertArrayEquals(golden, Samples.childImage());
    try (ImageReader reader = Images.reader(golden)) {
      List<ImageObject> state = ImageState.read(reader).objects();
      assertEquals(
          ParentSamples.state().stream().map(ImageObject::record).toList(),
          state.stream().map(ImageObject::record).toList());
      assertEquals(
          ParentSamples.state().stream().map(ImageObject::objref).toList(),
          state.stream().map(ImageObject::objref).toList());
      assertEquals(ParentSamples.pageArray(), reader.next().orElseThrow().record());
      assertEquals(ParentSamples.pages(), reader.pages());
    }
  }

  @Test
  void readsAndWritesImagesOfPreDumpsAsTheyWere() throws Exception {
    byte[] golden = golden("v1-pre-dump.ckpt");
    assertArrayEquals(golden, Samples.preDumpImage());
    try (ImageReader reader = Images.reader(golden)) {
      assertEquals(List.of(new PreDump(PreDump.READ)), ImageState.read(reader).all(PreDump.class));
    }
  }

  /** NB: what a library makes of the same pages may become smaller with its next version. */
  @Test
  void readsCompressedImages() throws Exception {
    for (PageCodec codec : PageCodec.values()) {
      byte[] golden = golden("v1-" + codec.name().toLowerCase(Locale.ROOT) + ".ckpt");
      assertEquals(
          CompressedSamples.arrays(), CompressedSamples.read(Images.reader(golden)), codec.name());
      try (ImageReader reader = Images.reader(golden)) {
        while (reader.next().isPresent()) {
          // counted by the reader
        }
        assertEquals(Set.of(codec), reader.compression().codecs());
        assertEquals(CompressedSamples.COMPRESSED_BYTES, reader.compression().pageBytes());
      }
    }
  }

  /** The parent of the one is the other, and stands beside it. */
  @Test
  void readsThePagesOfBothAsThoseOfOne() throws Exception {
    ParentFiles parents =
        new ParentFiles(Optional.of(FOLDER), file -> FileChannel.open(file), KeySource.NONE);
    try (ImageReader reader = Images.reader(golden("v1-child.ckpt"));
        ImageChain chain = ImageChain.open(ImageState.read(reader), parents)) {
      FoldedPages folded = new FoldedPages(reader, chain);
      Map<Long, ByteBuffer> pages = new HashMap<>();
      while (folded.next().orElseThrow().record() instanceof PageArray array) {
        assertEquals(ParentSamples.MM, array.owner());
        ByteBuffer data = folded.pages();
        for (PageRun run : array.runs()) {
          for (long addr = run.addr(); addr < run.end(); addr += Limits.PAGE_SIZE) {
            byte[] page = new byte[Limits.PAGE_SIZE];
            if (run.kind() == PageKind.DATA) {
              data.get(page);
            }
            pages.put(addr, ByteBuffer.wrap(page));
          }
        }
      }
      Map<Long, ByteBuffer> whole = new HashMap<>();
      ParentSamples.whole().forEach((addr, page) -> whole.put(addr, ByteBuffer.wrap(page)));
      assertEquals(whole, pages);
    }
  }

  @Test
  void writesVersion1AsItWas() throws Exception {
    byte[] golden = golden("v1-small.ckpt");
    assertArrayEquals(golden, Samples.image());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageReader reader = Images.reader(golden);
        ImageWriter writer = new ImageWriter(Channels.newChannel(bytes))) {
      List<ImageObject> state = ImageState.read(reader).objects();
      for (ImageObject object : state) {
        assertEquals(object.offset(), writer.offset());
        Samples.write(writer, object);
      }
      reader.next();
      ByteBuffer pages = reader.pages();
      writer.writePages(Samples.pageArray(), pages);
      writer.write(reader.next().orElseThrow().record());
      writer.finish();
    }
    assertArrayEquals(golden, bytes.toByteArray());
  }
}
