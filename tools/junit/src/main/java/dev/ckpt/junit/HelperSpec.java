package dev.ckpt.junit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a helper is; equal ones are one helper.
 *
 * @param words the program and its arguments
 * @param environment variables beside ours
 * @param folder that it begins in; one of its own if not said
 * @param ready all of them must hold before it is used
 * @param warmUps done in their order
 * @param patience how long it may take until it is ready
 * @param ifImpossible what is done if it cannot be frozen
 * @param lifetime how long it goes on
 * @param reuse if its image is kept for the next runs, what tells it from others of its class
 * @param closing whether TCP connections are closed, not refused, when it is frozen
 */
record HelperSpec(
    List<String> words,
    Map<String, String> environment,
    Optional<Path> folder,
    List<ReadyCondition> ready,
    List<WarmUp> warmUps,
    Duration patience,
    IfImpossible ifImpossible,
    Lifetime lifetime,
    Optional<String> reuse,
    boolean closing) {
  static final String PORT = "{port}";
  static final String FOLDER = "{folder}";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  HelperSpec {
    if (words.isEmpty()) {
      throw new IllegalArgumentException("the command of a helper has at least one word");
    }
    words = List.copyOf(words);
    environment = Map.copyOf(environment);
    ready = List.copyOf(ready);
    warmUps = List.copyOf(warmUps);
  }

  static HelperSpec of(List<String> words) {
    return new HelperSpec(
        words,
        Map.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        PATIENCE,
        IfImpossible.RESTART,
        Lifetime.PER_METHOD,
        Optional.empty(),
        false);
  }

  /** Whether it is given a port. */
  boolean hasPort() {
    return words.stream().anyMatch(word -> word.contains(PORT))
        || environment.values().stream().anyMatch(value -> value.contains(PORT));
  }

  /** How people call it. */
  String name() {
    String word = words.get(0);
    return word.substring(word.lastIndexOf('/') + 1);
  }

  HelperSpec withEnvironment(Map<String, String> variables) {
    return new HelperSpec(
        words, variables, folder, ready, warmUps, patience, ifImpossible, lifetime, reuse, closing);
  }

  HelperSpec withFolder(Path where) {
    return new HelperSpec(
        words,
        environment,
        Optional.of(where),
        ready,
        warmUps,
        patience,
        ifImpossible,
        lifetime,
        reuse,
        closing);
  }

  HelperSpec readyWhen(ReadyCondition condition) {
    return new HelperSpec(
        words,
        environment,
        folder,
        added(ready, condition),
        warmUps,
        patience,
        ifImpossible,
        lifetime,
        reuse,
        closing);
  }

  HelperSpec warmedUpBy(WarmUp warmUp) {
    return new HelperSpec(
        words,
        environment,
        folder,
        ready,
        added(warmUps, warmUp),
        patience,
        ifImpossible,
        lifetime,
        reuse,
        closing);
  }

  HelperSpec withPatience(Duration time) {
    return new HelperSpec(
        words, environment, folder, ready, warmUps, time, ifImpossible, lifetime, reuse, closing);
  }

  HelperSpec with(IfImpossible policy) {
    return new HelperSpec(
        words, environment, folder, ready, warmUps, patience, policy, lifetime, reuse, closing);
  }

  HelperSpec with(Lifetime time) {
    return new HelperSpec(
        words, environment, folder, ready, warmUps, patience, ifImpossible, time, reuse, closing);
  }

  HelperSpec withReuse(Optional<String> keep) {
    return new HelperSpec(
        words,
        environment,
        folder,
        ready,
        warmUps,
        patience,
        ifImpossible,
        lifetime,
        keep,
        closing);
  }

  HelperSpec withClosing(boolean close) {
    return new HelperSpec(
        words, environment, folder, ready, warmUps, patience, ifImpossible, lifetime, reuse, close);
  }

  private static <T> List<T> added(List<T> all, T one) {
    List<T> more = new ArrayList<>(all);
    more.add(one);
    return more;
  }
}
