package dev.ckpt.junit;

import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.platform.commons.support.ReflectionSupport;

/** What annotations say. Equal ones are one and the same spec, for conditions have no equals. */
final class AnnotatedSpecs {
  private static final Namespace SPECS = Namespace.create(AnnotatedSpecs.class);

  private AnnotatedSpecs() {}

  /**
   * That of an annotation.
   *
   * @param reuse whether {@link Reuse} stands beside it
   */
  static HelperSpec of(ExtensionContext context, Helper annotation, boolean reuse) {
    return context
        .getRoot()
        .getStore(SPECS)
        .getOrComputeIfAbsent(
            new Key(annotation, reuse),
            key ->
                make(key.annotation)
                    .withReuse(
                        key.reuse ? Optional.of(key.annotation.toString()) : Optional.empty()),
            HelperSpec.class);
  }

  private record Key(Helper annotation, boolean reuse) {}

  private static HelperSpec make(Helper annotation) {
    HelperSpec spec =
        HelperSpec.of(List.of(annotation.command()))
            .withEnvironment(environment(annotation))
            .withPatience(Duration.ofMillis(annotation.patienceMillis()))
            .with(annotation.ifImpossible())
            .with(annotation.lifetime())
            .withClosing(annotation.closingConnections());
    if (!annotation.readyOutput().isEmpty()) {
      spec = spec.readyWhen(FrozenHelper.outputHas(annotation.readyOutput()));
    }
    if (!annotation.readyFile().isEmpty()) {
      String file = annotation.readyFile();
      spec = spec.readyWhen(helper -> Files.exists(helper.folder().resolve(file)));
    }
    for (Class<? extends ReadyCondition> each : annotation.ready()) {
      spec = spec.readyWhen(ReflectionSupport.newInstance(each));
    }
    for (Class<? extends WarmUp> each : annotation.warmUp()) {
      spec = spec.warmedUpBy(ReflectionSupport.newInstance(each));
    }
    return spec;
  }

  private static Map<String, String> environment(Helper annotation) {
    Map<String, String> all = new LinkedHashMap<>();
    for (String each : annotation.environment()) {
      int equals = each.indexOf('=');
      if (equals <= 0) {
        throw new ExtensionConfigurationException(
            "@Helper(environment): \"" + each + "\" is not NAME=value");
      }
      all.put(each.substring(0, equals), each.substring(equals + 1));
    }
    return all;
  }
}
