package dev.ckpt.tests;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.platform.commons.support.AnnotationSupport.findRepeatableAnnotations;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Keeps the arrows between the modules pointing down, and fails when it looked at nothing. */
class ArchitectureTest {
  /** Modules that have no sources yet. Whoever writes the first takes the module off this list. */
  static final Set<String> NOT_WRITTEN_YET = Set.of();

  /** Modules of which all sources are made by a generator. */
  static final Set<String> GENERATED = Set.of("tools/criu-proto");

  private static final String[] FORMAT = {"dev.ckpt.error..", "dev.ckpt.format.."};
  private static final String CORE = "dev.ckpt.core..";
  private static final String CHECKPOINT = "dev.ckpt.core.checkpoint..";
  private static final String KERNEL = "dev.ckpt.core.kernel..";
  private static final String MEM = "dev.ckpt.mem..";
  private static final String RSTR = "dev.ckpt.rstr..";
  private static final String BACKENDS = "dev.ckpt.backend..";
  private static final String API = "dev.ckpt";
  private static final String CONVERT = "dev.ckpt.convert..";
  private static final String CRIU_PROTO = "dev.ckpt.criu.proto..";
  private static final String TOOLS = "dev.ckpt.cli..";

  private static final Map<String, String[]> PACKAGES_OF_MODULE =
      Map.ofEntries(
          entry("format-spec", FORMAT),
          entry("ckpt-core", new String[] {CORE}),
          entry("ckpt-mem", new String[] {MEM}),
          entry("rstr", new String[] {RSTR}),
          entry("backends/vm-readv", new String[] {"dev.ckpt.backend.vmreadv.."}),
          entry("backends/parasite", new String[] {"dev.ckpt.backend.parasite.."}),
          entry("backends/userfaultfd", new String[] {"dev.ckpt.backend.userfaultfd.."}),
          entry("api", new String[] {API}),
          entry("tools/criu-proto", new String[] {CRIU_PROTO}),
          entry("tools/convert", new String[] {CONVERT}),
          entry("tools/junit", new String[] {"dev.ckpt.junit.."}),
          entry("tools/cli", new String[] {TOOLS}));

  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.ckpt");

  @Test
  void everyModuleIsLookedAt() {
    PACKAGES_OF_MODULE.forEach(
        (module, packages) -> {
          boolean empty = HOUSE.that(resideInAnyPackage(packages)).isEmpty();
          assertEquals(
              NOT_WRITTEN_YET.contains(module),
              empty,
              module + (empty ? " has no classes here" : " is there now: off NOT_WRITTEN_YET"));
        });
  }

  @Test
  void everyPackageBelongsToAModule() {
    String[] known =
        PACKAGES_OF_MODULE.values().stream().flatMap(Arrays::stream).toArray(String[]::new);
    check(classes().should().resideInAnyPackage(known));
  }

  @Test
  void formatUsesNoOtherModule() {
    mayUse(List.of(FORMAT), List.of());
  }

  @Test
  void coreUsesFormatOnly() {
    mayUse(List.of(CORE), List.of(FORMAT));
  }

  @Test
  void memUsesCoreAndFormatOnly() {
    mayUse(List.of(MEM), List.of(FORMAT), CORE);
  }

  @Test
  void rstrUsesCoreAndFormatOnly() {
    mayUse(List.of(RSTR), List.of(FORMAT), CORE);
  }

  @Test
  void backendsUseCoreAndFormatOnly() {
    mayUse(List.of(BACKENDS), List.of(FORMAT), CORE);
  }

  /** Of the memory's module it has what ServiceLoader finds. */
  @Test
  void apiUsesCoreRstrAndFormatOnly() {
    mayUse(List.of(API), List.of(FORMAT), CORE, RSTR);
  }

  @Test
  void junitUsesTheApiAndItsErrorsOnly() {
    mayUse(List.of("dev.ckpt.junit.."), List.of("dev.ckpt.error.."), API);
  }

  @Test
  void convertersUseFormatAndMessagesOnly() {
    mayUse(List.of(CONVERT), List.of(FORMAT), CRIU_PROTO);
  }

  @Test
  void toolsUseNoBackend() {
    mayUse(List.of(TOOLS), List.of(FORMAT), CORE, MEM, RSTR, CONVERT);
  }

  @Test
  void backendsDoNotKnowEachOther() {
    check(slices().matching("dev.ckpt.backend.(*)..").should().notDependOnEachOther());
  }

  @Test
  void restartUsesNoCheckpointCode() {
    check(
        noClasses()
            .that()
            .resideInAPackage(RSTR)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CHECKPOINT, MEM));
  }

  @Test
  void checkpointUsesNoRestartCode() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(CHECKPOINT, MEM)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(RSTR));
  }

  @Test
  void onlyTheKernelPackageUsesJna() {
    check(
        noClasses()
            .that(resideOutsideOfPackage(KERNEL))
            .should()
            .dependOnClassesThat(resideInAPackage("com.sun.jna..")));
  }

  @Test
  void onlyTheFormatUsesChronicle() {
    check(
        noClasses()
            .that(resideOutsideOfPackage("dev.ckpt.format.."))
            .should()
            .dependOnClassesThat(resideInAPackage("net.openhft..")));
  }

  @Test
  void onlyConvertersUseTheirLibraries() {
    check(
        noClasses()
            .that(resideOutsideOfPackage(CONVERT))
            .should()
            .dependOnClassesThat(
                resideInAPackage("com.fasterxml..")
                    .or(resideInAPackage("com.esotericsoftware.."))));
  }

  /** {@code bin/test} and the excluded tag must mean the same tests; the one goes by the name. */
  @Test
  void liveTestsAreTaggedAndNamedSo() {
    JavaClasses tests = new ClassFileImporter().importPackages("dev.ckpt.tests");
    assertFalse(tests.isEmpty());
    for (JavaClass test : tests) {
      Class<?> type = test.reflect();
      if (test.isTopLevelClass() && !Modifier.isAbstract(type.getModifiers())) {
        boolean tagged =
            Stream.concat(Stream.of(type), Arrays.stream(type.getDeclaredMethods()))
                .anyMatch(ArchitectureTest::isTaggedLive);
        assertEquals(tagged, type.getSimpleName().endsWith("LiveTest"), type.getName());
      }
    }
  }

  private static boolean isTaggedLive(AnnotatedElement element) {
    return findRepeatableAnnotations(element, Tag.class).stream()
        .anyMatch(tag -> tag.value().equals("live"));
  }

  /** Of all that is ours, the layer may use itself and what is listed. */
  private static void mayUse(List<String> layer, List<String> format, String... others) {
    String[] allowed =
        Stream.of(layer.stream(), format.stream(), Arrays.stream(others))
            .flatMap(packages -> packages)
            .toArray(String[]::new);
    check(
        noClasses()
            .that(resideInAnyPackage(layer.toArray(String[]::new)))
            .should()
            .dependOnClassesThat(
                resideInAPackage("dev.ckpt..").and(resideOutsideOfPackages(allowed))));
  }

  /** A rule about a module that is not there yet holds; {@link #everyModuleIsLookedAt} asks. */
  private static void check(ArchRule rule) {
    rule.allowEmptyShould(!NOT_WRITTEN_YET.isEmpty()).check(HOUSE);
  }
}
