package dev.ckpt.tests.fuzz;

import com.google.protobuf.ByteString;
import dev.ckpt.convert.Losses;
import dev.ckpt.convert.criu.CriuFormat;
import dev.ckpt.criu.proto.Criu;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ImageWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The reader of CRIU's folders. What it takes is an image that can be read. */
final class CriuTargets {
  private static final Set<Code> CODES =
      Set.of(FailureCode.CONVERT_INPUT, FailureCode.CONVERT_VERSION, FailureCode.CONVERT_LOSS);
  private static final String GOLDEN = "tools/convert/src/test/resources/criu/golden";
  private static final String FILES = "files.img";
  private static final int MAGICS_BYTES = 8;
  private static final int REG = 1;

  private CriuTargets() {}

  static List<FuzzTarget> all() {
    return List.of(
        new FuzzTarget(
            "convert.criu",
            CriuTargets::read,
            e -> e instanceof CkptException known && CODES.contains(known.code()),
            CriuTargets::seeds));
  }

  private static void read(byte[] input) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageWriter writer = new ImageWriter(Channels.newChannel(out))) {
      new CriuFormat().toImage(FolderInBytes.of(input), writer, new Losses(true));
    }
    try (ImageReader reader =
        new ImageReader(Channels.newChannel(new ByteArrayInputStream(out.toByteArray())))) {
      ImageState.read(reader);
      while (reader.next().isPresent()) {
        // That it can be read is all.
      }
    }
  }

  private static List<byte[]> seeds() throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(root.resolve(GOLDEN))) {
      root = root.getParent();
    }
    Path golden = root.resolve(GOLDEN);
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(golden)) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    files.put(FILES, withFilesOfThisMachine(files.get(FILES)));
    return List.of(FolderInBytes.of(files));
  }

  /** The files of the folder are not here: all are /dev/null, of no size, or nothing is read. */
  private static byte[] withFilesOfThisMachine(byte[] files) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(files).order(ByteOrder.LITTLE_ENDIAN).position(MAGICS_BYTES);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(files, 0, MAGICS_BYTES);
    while (in.hasRemaining()) {
      byte[] bytes = new byte[in.getInt()];
      in.get(bytes);
      Criu.File file = Criu.File.parseFrom(bytes);
      if (file.getType() == REG) {
        Criu.RegFile.Builder reg = file.getReg().toBuilder().clearSize().clearMode();
        reg.setName(ByteString.copyFromUtf8("/dev/null"));
        file = file.toBuilder().setReg(reg).build();
      }
      byte[] changed = file.toByteArray();
      out.write(
          ByteBuffer.allocate(Integer.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(changed.length)
              .array());
      out.write(changed);
    }
    return out.toByteArray();
  }
}
