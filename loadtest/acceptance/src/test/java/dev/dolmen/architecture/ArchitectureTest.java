package dev.dolmen.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Modules depend one way, packages have no cycles, and time comes in from outside. */
class ArchitectureTest {
  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.dolmen");

  /** The code written by hand: not what protoc and JMH generate. */
  private static final DescribedPredicate<JavaClass> BY_HAND =
      resideOutsideOfPackage("dev.dolmen.v1..")
          .and(resideOutsideOfPackage("..jmh_generated.."))
          .as("classes written by hand");

  /**
   * Classes that may ask the machine what time it is: the mains and those that hand a clock to
   * everybody else. The whole of loadtest/ is left out of the rule: measuring time is its work.
   */
  private static final Set<String> CLOCK_READERS =
      Set.of("dev.dolmen.server.cli.*", "dev.dolmen.server.StandaloneServer");

  private static final Map<String, Set<String>> CLOCK_METHODS =
      Map.of(
          "java.lang.System", Set.of("currentTimeMillis", "nanoTime"),
          "java.time.Instant", Set.of("now"),
          "java.time.LocalDate", Set.of("now"),
          "java.time.LocalDateTime", Set.of("now"),
          "java.time.OffsetDateTime", Set.of("now"),
          "java.time.ZonedDateTime", Set.of("now"),
          "java.time.Clock", Set.of("systemUTC", "systemDefaultZone", "system", "tickMillis"),
          "java.time.InstantSource", Set.of("system"));

  @Test
  void everyModuleIsSeen() {
    Set<String> modules =
        PRODUCT.stream()
            .map(c -> c.getPackageName().split("\\.", -1))
            .filter(parts -> parts.length > 2)
            .map(parts -> parts[2])
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(modules)
        .contains(
            "v1", "model", "parameterstore", "trainer", "server", "traffic", "evaluation", "bench");
  }

  @Test
  void modulesDependOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("proto")
        .definedBy("dev.dolmen.v1..")
        .layer("model")
        .definedBy("dev.dolmen.model..")
        .layer("parameter-store")
        .definedBy("dev.dolmen.parameterstore..")
        .layer("trainer")
        .definedBy("dev.dolmen.trainer..")
        .layer("server")
        .definedBy("dev.dolmen.server..")
        .layer("traffic")
        .definedBy("dev.dolmen.traffic..")
        .layer("evaluation")
        .definedBy("dev.dolmen.evaluation..")
        .layer("bench")
        .definedBy("dev.dolmen.bench..")
        .whereLayer("proto")
        .mayNotAccessAnyLayer()
        .whereLayer("model")
        .mayNotAccessAnyLayer()
        .whereLayer("parameter-store")
        .mayOnlyAccessLayers("proto")
        .whereLayer("trainer")
        .mayOnlyAccessLayers("model", "parameter-store", "proto")
        .whereLayer("server")
        .mayOnlyAccessLayers("trainer", "model", "parameter-store", "proto")
        .whereLayer("traffic")
        .mayOnlyBeAccessedByLayers("evaluation", "bench")
        .whereLayer("evaluation")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("bench")
        .mayNotBeAccessedByAnyLayer()
        .check(PRODUCT);
  }

  @Test
  void theModelIsArithmeticOnly() {
    noClasses()
        .that(resideInAPackage("dev.dolmen.model.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "com.google.protobuf..",
            "io.grpc..",
            "org.slf4j..",
            "io.micrometer..",
            "java.net..",
            "java.nio.file..",
            "java.nio.channels..")
        .because("the model computes; reading and writing is its callers' business")
        .check(PRODUCT);
  }

  /** Every package is a slice, a module's root too. */
  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.dolmen.(**)").should().beFreeOfCycles().check(PRODUCT);
  }

  /** What lies at the bottom: read by everybody, and knowing only what is named here. */
  @Test
  void leavesStayLeaves() {
    Map<String, List<String>> leaves =
        Map.of(
            "dev.dolmen.model.data", List.of(),
            "dev.dolmen.model.kernel", List.of(),
            "dev.dolmen.parameterstore.range", List.of(),
            "dev.dolmen.parameterstore.file", List.of(),
            "dev.dolmen.parameterstore.memory", List.of(),
            "dev.dolmen.parameterstore.schema", List.of("dev.dolmen.parameterstore.range"),
            "dev.dolmen.trainer.state",
                List.of("dev.dolmen.parameterstore.range", "dev.dolmen.parameterstore.snapshot"),
            "dev.dolmen.server.cli.terminal", List.of());
    leaves.forEach((leaf, known) ->
        classes()
            .that()
            .resideInAPackage(leaf)
            .should()
            .onlyDependOnClassesThat(
                resideOutsideOfPackage("dev.dolmen..")
                    .or(resideInAPackage(leaf))
                    .or(resideInAnyPackage(known.toArray(String[]::new))))
            .check(PRODUCT));
  }

  /** Whoever reads how a thing can be set finds the thing in the same folder. */
  @Test
  void optionsStandNextToWhatTheyConfigure() {
    Set<String> elsewhere =
        PRODUCT.stream()
            .filter(c -> c.isTopLevelClass() && c.getSimpleName().endsWith("Options"))
            .filter(c -> c.getPackageName().matches("dev\\.dolmen\\.(\\w+|.*\\.options)"))
            .filter(c -> !c.getPackageName().startsWith("dev.dolmen.evaluation"))
            .map(JavaClass::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(elsewhere)
        .as("options in a module's root or in a folder for options")
        .containsExactly("dev.dolmen.trainer.EngineOptions");
  }

  @Test
  void onlyTheBenchmarksSeePeers() {
    noClasses()
        .that(resideOutsideOfPackage("dev.dolmen.bench.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "ai.djl..",
            "ai.onnxruntime..",
            "org.rocksdb..",
            "io.github.jbellis..",
            "org.apache.lucene..",
            "org.openjdk.jmh..")
        .because("who runs a server does not fetch the libraries that it is measured against")
        .check(PRODUCT);
  }

  @Test
  void oneFolderKnowsOpenTelemetry() {
    noClasses()
        .that(resideOutsideOfPackage("dev.dolmen.server.otlp"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.opentelemetry..")
        .because("who sends nothing to a collector does not load what could")
        .check(PRODUCT);
  }

  @Test
  void timeIsHandedIn() {
    noClasses()
        .that(BY_HAND)
        .and(
            resideOutsideOfPackages(
                "dev.dolmen.traffic..", "dev.dolmen.evaluation..", "dev.dolmen.bench.."))
        .and(describe("are no clock readers", c -> !isClockReader(c)))
        .should()
        .accessTargetWhere(describe("the target reads the clock", ArchitectureTest::readsClock))
        .because("a run must be repeatable: time is a parameter, and only mains read the clock")
        .check(PRODUCT);
  }

  @Test
  void everyPackageIsNullMarked() {
    Set<String> unmarked =
        PRODUCT.that(BY_HAND).stream()
            .map(JavaClass::getPackage)
            .filter(p -> !p.isAnnotatedWith(NullMarked.class))
            .map(p -> p.getName())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(unmarked).as("packages without @NullMarked in a package-info").isEmpty();
  }

  @Test
  void namesSayWhatAThingIs() {
    classes()
        .that(BY_HAND)
        .should()
        .haveNameNotMatching(".*(Manager|Helper|Helpers|Util|Utils|Impl)")
        .because("a name says what a thing is or how it does it")
        .check(PRODUCT);
  }

  private static boolean isClockReader(JavaClass c) {
    JavaClass outer = c;
    while (outer.getEnclosingClass().isPresent()) {
      outer = outer.getEnclosingClass().get();
    }
    return CLOCK_READERS.contains(outer.getName())
        || CLOCK_READERS.contains(outer.getPackageName() + ".*");
  }

  private static boolean readsClock(JavaAccess<?> access) {
    return CLOCK_METHODS
        .getOrDefault(access.getTargetOwner().getName(), Set.of())
        .contains(access.getTarget().getName());
  }
}
