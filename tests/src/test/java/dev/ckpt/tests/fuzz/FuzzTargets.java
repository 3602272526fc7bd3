package dev.ckpt.tests.fuzz;

import dev.ckpt.tests.fuzz.broken.BrokenReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Everything that reads bytes from outside. */
final class FuzzTargets {
  private FuzzTargets() {}

  static List<FuzzTarget> all() throws IOException, ReflectiveOperationException {
    List<FuzzTarget> all = new ArrayList<>(ImageTargets.all());
    all.addAll(CoreTargets.all());
    all.addAll(ProcTargets.all());
    all.addAll(KernelTargets.all());
    all.addAll(ConvertTargets.all());
    all.addAll(CriuTargets.all());
    return List.copyOf(all);
  }

  /** One of them, or the broken one. */
  static FuzzTarget named(String name) throws IOException, ReflectiveOperationException {
    return like(name).stream()
        .filter(target -> target.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no target " + name));
  }

  /** Some with it among them: to look all of them up takes longer than to start a fuzzer. */
  private static List<FuzzTarget> like(String name)
      throws IOException, ReflectiveOperationException {
    if (name.equals(broken().name())) {
      return List.of(broken());
    } else if (name.startsWith("image.")) {
      return ImageTargets.all();
    } else if (name.equals("convert.criu")) {
      return CriuTargets.all();
    } else if (name.startsWith("convert.")) {
      return ConvertTargets.all();
    } else if (name.matches("(core|report|memory)[.].*")) {
      return CoreTargets.all();
    } else if (name.startsWith("proc.")) {
      return ProcTargets.of(type -> name.startsWith("proc." + type + "."));
    }
    return KernelTargets.all();
  }

  /** One that is none of them: it has a mistake, for the fuzzer to find. */
  static FuzzTarget broken() {
    return FuzzTarget.of(
        "broken", NothingRefused.class, () -> List.of(new byte[4]), BrokenReader::read);
  }
}
