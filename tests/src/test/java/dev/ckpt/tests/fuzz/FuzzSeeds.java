package dev.ckpt.tests.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** For {@code bin/fuzz}: {@code list} names the targets, {@code write FOLDER} their seeds. */
public final class FuzzSeeds {
  private FuzzSeeds() {}

  /** See above. */
  public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
    List<FuzzTarget> targets = FuzzTargets.all();
    if (arguments[0].equals("list")) {
      targets.forEach(target -> System.out.println(target.name()));
    } else {
      for (FuzzTarget target : targets) {
        write(target, Path.of(arguments[1]).resolve(target.name()));
      }
    }
  }

  /** Those of one target, for a fuzzer of it alone. */
  static void write(FuzzTarget target, Path folder) throws IOException {
    Files.createDirectories(folder);
    List<byte[]> seeds = target.seeds().get();
    for (int i = 0; i < seeds.size(); i++) {
      Files.write(folder.resolve("seed-" + i), seeds.get(i));
    }
  }

  /** Those of all, with the byte in front by which {@link Fuzz} chooses the target. */
  static void writeTogether(List<FuzzTarget> targets, Path folder) throws IOException {
    Files.createDirectories(folder);
    for (int number = 0; number < targets.size(); number++) {
      FuzzTarget target = targets.get(number);
      List<byte[]> seeds = target.seeds().get();
      for (int i = 0; i < seeds.size(); i++) {
        byte[] seed = seeds.get(i);
        byte[] chosen = new byte[1 + seed.length];
        chosen[0] = (byte) number;
        System.arraycopy(seed, 0, chosen, 1, seed.length);
        Files.write(folder.resolve(target.name() + "-" + i), chosen);
      }
    }
  }
}
