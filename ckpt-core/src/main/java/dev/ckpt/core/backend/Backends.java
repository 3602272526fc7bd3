package dev.ckpt.core.backend;

import dev.ckpt.core.error.Refusal;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.error.RefusalCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Function;

/** Finds the backends that are on the class path and chooses among them by name. */
public final class Backends {
  /** Stands for whichever works. */
  public static final String AUTO = "auto";

  private Backends() {}

  /** All page readers there are, the fastest first. */
  public static List<PageReader.Provider> pageReaders() {
    List<PageReader.Provider> found = load(PageReader.Provider.class);
    found.sort(Comparator.comparingInt(PageReader.Provider::rank));
    return found;
  }

  /** All page fillers there are, the fastest first. */
  public static List<PageFiller.Provider> pageFillers() {
    List<PageFiller.Provider> found = load(PageFiller.Provider.class);
    found.sort(Comparator.comparingInt(PageFiller.Provider::rank));
    return found;
  }

  /** The page reader of that name, or the first that works for {@link #AUTO}. */
  public static PageReader.Provider pageReader(String name) throws UnsupportedStateException {
    return choose(pageReaders(), name, PageReader.Provider::name, PageReader.Provider::probe);
  }

  /** The page filler of that name, or the first that works for {@link #AUTO}. */
  public static PageFiller.Provider pageFiller(String name) throws UnsupportedStateException {
    return choose(pageFillers(), name, PageFiller.Provider::name, PageFiller.Provider::probe);
  }

  /** The first server of missing pages that works. */
  public static FaultServer.Provider faultServer() throws UnsupportedStateException {
    return choose(
        load(FaultServer.Provider.class),
        AUTO,
        FaultServer.Provider::name,
        FaultServer.Provider::probe);
  }

  private static <P> List<P> load(Class<P> type) {
    List<P> found = new ArrayList<>();
    // NB: the loader of this class, not the thread's: in a test runner or a plug-in they differ.
    ServiceLoader.load(type, Backends.class.getClassLoader()).forEach(found::add);
    return found;
  }

  private static <P> P choose(
      List<P> providers, String name, Function<P, String> nameOf, Function<P, Probe> probeOf)
      throws UnsupportedStateException {
    List<String> names = providers.stream().map(nameOf).toList();
    if (!name.equals(AUTO) && !names.contains(name)) {
      throw refused(name, "there is none of that name, only " + names);
    }
    List<String> reasons = new ArrayList<>();
    for (P provider : providers) {
      if (!name.equals(AUTO) && !name.equals(nameOf.apply(provider))) {
        continue;
      }
      Probe probe = probeOf.apply(provider);
      if (probe.works()) {
        return provider;
      }
      reasons.add(nameOf.apply(provider) + ": " + probe.reason());
    }
    throw refused(name, "none that works here (" + String.join("; ", reasons) + ")");
  }

  private static UnsupportedStateException refused(String name, String why) {
    return new UnsupportedStateException(
        List.of(new Refusal(RefusalCode.NO_BACKEND, "backend " + name, why)));
  }
}
