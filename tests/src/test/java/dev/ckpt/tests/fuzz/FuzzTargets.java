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
    all.addAll(ProcTargets.all());
    all.addAll(KernelTargets.all());
    return List.copyOf(all);
  }

  /** One of them, or the broken one. */
  static FuzzTarget named(String name) throws IOException, ReflectiveOperationException {
    List<FuzzTarget> from = name.equals(broken().name()) ? List.of(broken()) : all();
    return from.stream()
        .filter(target -> target.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no target " + name));
  }

  /** One that is none of them: it has a mistake, for the fuzzer to find. */
  static FuzzTarget broken() {
    return FuzzTarget.of("broken", NothingRefused.class, List.of(new byte[4]), BrokenReader::read);
  }
}
