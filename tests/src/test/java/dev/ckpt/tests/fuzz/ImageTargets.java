package dev.ckpt.tests.fuzz;

import dev.ckpt.cli.image.ImageCounts;
import dev.ckpt.cli.image.ImageSummary;
import dev.ckpt.cli.text.Layout;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.Code;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.error.ImageVersionException;
import dev.ckpt.error.UnknownObjectException;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.KeySource;
import dev.ckpt.format.ObjectType;
import dev.ckpt.format.ParentSource;
import dev.ckpt.format.RecordCodec;
import dev.ckpt.format.RecordOutput;
import dev.ckpt.format.SealSecret;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Index;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.rstr.TaskRules;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The readers of images, and what shows them and checks them before a restore. */
final class ImageTargets {
  /** Of images that are whole: there is no key here, and no other image. */
  private static final Set<Code> NOT_HERE =
      Set.of(FailureCode.IMAGE_SEALED, FailureCode.IMAGE_KEY, FailureCode.PARENT_MISSING);

  private static final Predicate<Throwable> REFUSED =
      e ->
          e instanceof CorruptImageException
              || e instanceof ImageVersionException
              || e instanceof UnknownObjectException
              || (e instanceof CkptException whole && NOT_HERE.contains(whole.code()));

  /** What the sealed golden image was sealed with. */
  private static final byte[] KEY_FILE = new byte[40];

  static {
    for (int i = 0; i < KEY_FILE.length; i++) {
      KEY_FILE[i] = (byte) (7 * i);
    }
  }

  private final byte[] golden;
  private final FileChannel file;

  private ImageTargets(byte[] golden) throws IOException {
    this.golden = golden;
    file =
        FileChannel.open(
            Files.createTempFile("fuzz", ".ckpt"),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  static List<FuzzTarget> all() throws IOException, ReflectiveOperationException {
    byte[] golden = SeedImages.golden();
    ImageTargets of = new ImageTargets(golden);
    FuzzTarget.Seeds inputs = ImageTargets::inputs;
    return List.of(
        new FuzzTarget("image.sealed", of::readSealed, REFUSED, ImageTargets::sealedInputs),
        new FuzzTarget("image.bytes", ImageTargets::readAll, REFUSED, SeedImages::all),
        new FuzzTarget("image.stream", in -> readAll(of.fixed(in)), REFUSED, inputs),
        new FuzzTarget("image.file", in -> of.readFile(of.fixed(in)), REFUSED, inputs),
        new FuzzTarget("image.task", in -> checkTask(of.fixed(in)), REFUSED, inputs),
        new FuzzTarget("image.show", in -> show(of.fixed(in)), REFUSED, inputs),
        new FuzzTarget("image.record", record(), REFUSED, ImageTargets::objects));
  }

  private static List<byte[]> objects() throws IOException {
    List<byte[]> objects = SeedImages.objects(SeedImages.golden());
    objects.addAll(SeedImages.objects(SeedImages.child()));
    for (byte[] image : SeedImages.compressed()) {
      objects.addAll(SeedImages.objects(image));
    }
    return objects;
  }

  private static List<byte[]> inputs() throws IOException {
    List<byte[]> inputs = new ArrayList<>();
    for (byte[] image : SeedImages.all()) {
      inputs.add(FixedImage.input(image, FixedImage.ALL));
    }
    return inputs;
  }

  private byte[] fixed(byte[] input) throws IOException {
    return FixedImage.of(input, golden);
  }

  private static ReadableByteChannel channel(byte[] image) {
    return Channels.newChannel(new ByteArrayInputStream(image));
  }

  private static List<byte[]> sealedInputs() throws IOException {
    return List.of(FixedImage.input(SeedImages.golden("v1-sealed.ckpt"), 0));
  }

  /** With good checksums: only the seal tells. */
  private void readSealed(byte[] input) throws IOException {
    try (SealSecret secret = SealSecret.ofKeyFile(KEY_FILE.clone())) {
      readAll(fixed(input), secret);
    }
  }

  private static void readAll(byte[] image) throws IOException {
    readAll(image, KeySource.NONE);
  }

  private static void readAll(byte[] image, KeySource keys) throws IOException {
    try (ImageReader reader = new ImageReader(channel(image), keys)) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        next.get().record().toString();
        if (next.get().record() instanceof PageArray array) {
          require(reader.pages().remaining() == array.dataBytes(), "pages");
        }
      }
      reader.requireEnd();
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  private static void checkTask(byte[] image) throws IOException {
    try (ImageReader reader = new ImageReader(channel(image))) {
      TaskRules.check(ImageState.read(reader));
    }
  }

  private static void show(byte[] image) throws IOException {
    ImageSummary summary = ImageSummary.read(channel(image), KeySource.NONE, ParentSource.NONE);
    summary.taskLine();
    summary.lines(Layout.ofEverything());
    summary.lines(new Layout(40, false, true));
    summary.json("image").toString();
    ImageCounts.verify(channel(image), KeySource.NONE, ParentSource.NONE).line();
  }

  /** Page by page before all of it was checked, then as a whole: the two may not contradict. */
  private void readFile(byte[] image) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(image);
    while (bytes.hasRemaining()) {
      file.write(bytes, bytes.position());
    }
    file.truncate(image.length);
    try (ImageFile opened = new ImageFile(file)) {
      Optional<CkptException> refused = readPages(opened);
      opened.state();
      opened.verify();
      if (refused.isPresent()) {
        throw new AssertionError("a whole image, but for a page", refused.get());
      }
    }
  }

  private static Optional<CkptException> readPages(ImageFile opened) throws IOException {
    ByteBuffer page = ByteBuffer.allocate(4096);
    try {
      for (int i = 0; i < Math.min(opened.nrPageArrays(), 64); i++) {
        Index.Entry entry = opened.pageArray(i);
        for (long addr : new long[] {entry.addr(), entry.end() - 4096, entry.end()}) {
          boolean there = opened.readPage(entry.owner(), addr & -4096, page.clear()).isPresent();
          require(there == !page.hasRemaining(), "a page that is there is put");
        }
      }
      return Optional.empty();
    } catch (CkptException e) {
      return Optional.of(e);
    }
  }

  /** One object of any type: what is read from it is written as it was. */
  private static FuzzTarget.Reader record() throws ReflectiveOperationException {
    Class<?> decoder = Class.forName("dev.ckpt.format.ObjectDecoder");
    Method decode =
        decoder.getDeclaredMethod("decode", ObjectType.class, ByteBuffer.class, long.class);
    decode.setAccessible(true);
    Class<?> output = Class.forName("dev.ckpt.format.ChronicleOutput");
    Constructor<?> newOutput = output.getDeclaredConstructor();
    newOutput.setAccessible(true);
    Object out = newOutput.newInstance();
    List<Method> methods = new ArrayList<>();
    for (String name : List.of("clear", "array", "lenBytes")) {
      Method method = output.getDeclaredMethod(name);
      method.setAccessible(true);
      methods.add(method);
    }
    return input -> {
      Optional<ObjectType> type =
          input.length < Short.BYTES
              ? Optional.empty()
              : ObjectType.of((input[0] & 0xff) | (input[1] & 0xff) << 8);
      if (type.isEmpty()) {
        return;
      }
      byte[] payload = Arrays.copyOfRange(input, Short.BYTES, input.length);
      ImageRecord content;
      try {
        content = (ImageRecord) decode.invoke(null, type.get(), ByteBuffer.wrap(payload), 0L);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
      content.toString();
      content.references();
      methods.get(0).invoke(out);
      write(type.get().codec(), content, (RecordOutput) out);
      byte[] written =
          Arrays.copyOf((byte[]) methods.get(1).invoke(out), (int) methods.get(2).invoke(out));
      require(Arrays.equals(payload, written), "read and written: " + content);
    };
  }

  @SuppressWarnings("unchecked") // the codec of its own type
  private static void write(RecordCodec<?> codec, ImageRecord content, RecordOutput out) {
    ((RecordCodec<ImageRecord>) codec).write(content, out);
  }
}
