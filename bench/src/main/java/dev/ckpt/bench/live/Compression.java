package dev.ckpt.bench.live;

import dev.ckpt.core.checkpoint.Checkpoint;
import dev.ckpt.core.checkpoint.CheckpointOptions;
import dev.ckpt.core.image.ImageFileOutput;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.ImageObject;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.Limits;
import dev.ckpt.format.record.PageArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How small the page arrays of real programs become, and how fast, by each library that might do
 * it; and how many pages are the same as another.
 *
 * <p>Usage: {@code bench/compression [--runs N] [--cases A,B,...]}.
 */
public final class Compression {
  private static final double MILLION = 1e6;
  private static final double NANOS = 1e9;
  private static final double PERCENT = 100;
  private static final int MIB = 8;

  private final Options options;
  private final Workshop workshop;
  private final List<Codec> codecs = Codec.all();

  private Compression(Options options, Workshop workshop) {
    this.options = options;
    this.workshop = workshop;
  }

  /** Runs it and prints the tables. */
  public static void main(String[] arguments) throws IOException {
    Options options = Options.parse(arguments);
    List<Case> cases = new ArrayList<>(RealPrograms.all());
    cases.add(Case.ofMib(MIB));
    options.requireKnown(cases.stream().map(Case::name).toList());
    try (Workshop workshop = Workshop.open(options.folder(), options.sources())) {
      new Compression(options, workshop)
          .run(cases.stream().filter(each -> options.isChosen(each.name())).toList());
    }
  }

  private void run(List<Case> cases) throws IOException {
    Machine.of(options.folder()).lines().forEach(line -> System.out.println("- " + line));
    System.out.println("- medians of " + options.runs() + "; MB are 10^6 bytes of pages");
    List<String> same = new ArrayList<>();
    for (Case each : cases) {
      System.err.println("bench: " + each.name());
      List<ByteBuffer> arrays = arrays(each);
      table(each, arrays);
      same.add("| " + each.name() + " | " + SamePages.count(arrays).row(zstd()) + " |");
    }
    System.out.println("\n### Pages that are there twice\n");
    System.out.println(
        "| | pages | same as one before, in the array | in the image | zstd, of all |"
            + " zstd, without those in the array | without those in the image |");
    System.out.println("|---|---:|---:|---:|---:|---:|---:|");
    same.forEach(System.out::println);
  }

  private Codec zstd() {
    return codecs.stream().filter(codec -> codec.isOurs() && codec.isSmall()).findFirst().get();
  }

  /** The pages of each page array of an image. */
  private List<ByteBuffer> arrays(Case each) throws IOException {
    Path file = workshop.file("image");
    try (Target target = each.starter().start(workshop);
        ImageFileOutput output = ImageFileOutput.create(file, true)) {
      Checkpoint.dump(CheckpointOptions.of(target.pid()).withSync(false), output);
    }
    List<ByteBuffer> arrays = new ArrayList<>();
    try (ImageFile image = ImageFile.open(file);
        ImageReader reader = image.reader()) {
      for (Optional<ImageObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (next.get().record() instanceof PageArray array && array.nrDataPages() > 0) {
          ByteBuffer pages = reader.pages();
          arrays.add(ByteBuffer.allocateDirect(pages.remaining()).put(pages).flip());
        }
      }
    }
    return arrays;
  }

  private void table(Case each, List<ByteBuffer> arrays) {
    long plain = arrays.stream().mapToLong(ByteBuffer::remaining).sum();
    System.out.printf(
        Locale.ROOT, "%n### %s%n%n%.1f MB of pages%n%n", each.title(), plain / MILLION);
    System.out.println("| | left, % | MB/s in | MB/s out |\n|---|---:|---:|---:|");
    for (Codec codec : codecs) {
      ByteBuffer small =
          ByteBuffer.allocateDirect(2 * Limits.MAX_ARRAY_DATA_PAGES * Limits.PAGE_SIZE);
      List<ByteBuffer> compressed = arrays.stream().map(a -> copy(codec, a, small)).toList();
      long left = compressed.stream().mapToLong(ByteBuffer::remaining).sum();
      ByteBuffer large = ByteBuffer.allocateDirect(Limits.MAX_ARRAY_DATA_PAGES * Limits.PAGE_SIZE);
      double in = rate(plain, () -> arrays.forEach(a -> codec.compress(a.duplicate(), small)));
      double out = rate(plain, () -> expand(codec, arrays, compressed, large));
      System.out.printf(
          Locale.ROOT,
          "| %s | %.1f | %.0f | %.0f |%n",
          codec.name(),
          PERCENT * left / plain,
          in,
          out);
    }
  }

  private static ByteBuffer copy(Codec codec, ByteBuffer pages, ByteBuffer room) {
    codec.compress(pages.duplicate(), room);
    return ByteBuffer.allocateDirect(room.remaining()).put(room).flip();
  }

  private static void expand(
      Codec codec, List<ByteBuffer> arrays, List<ByteBuffer> compressed, ByteBuffer room) {
    for (int i = 0; i < arrays.size(); i++) {
      codec.decompress(compressed.get(i).duplicate(), room, arrays.get(i).remaining());
      if (room.get(0) != arrays.get(i).get(0)) {
        throw new IllegalStateException(codec.name() + " makes other pages of them");
      }
    }
  }

  private double rate(long lenBytes, Runnable work) {
    List<Double> rates = new ArrayList<>();
    IntStream.rangeClosed(0, options.runs())
        .forEach(
            run -> {
              long begin = System.nanoTime();
              work.run();
              // The first is for the compiler.
              if (run > 0) {
                rates.add(lenBytes / MILLION / ((System.nanoTime() - begin) / NANOS));
              }
            });
    Collections.sort(rates);
    return rates.get(rates.size() / 2);
  }
}
