package dev.dolmen.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.dolmen.server.cli.SubcommandProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;

/**
 * Habits that keep the code easy to find one's way in: short files, one meaning a name, no dead
 * class.
 */
class HabitsTest {
  private static final Path ROOT = Path.of("../..");
  private static final int MAX_LINES = 600;

  /** The other side of a table's touched rows: a server of a cluster will take them by it. */
  private static final Set<String> USED_LATER =
      Set.of("dev.dolmen.parameterstore.store.TouchedRowsReceiver");

  /** Top-level classes written by hand, without package descriptions. */
  private static final List<JavaClass> PRODUCT = product();

  private static List<JavaClass> product() {
    JavaClasses all =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.dolmen");
    return all
        .that(
            resideOutsideOfPackage("dev.dolmen.v1..")
                .and(resideOutsideOfPackage("..jmh_generated..")))
        .stream()
        .filter(c -> c.isTopLevelClass() && !c.getSimpleName().equals("package-info"))
        .toList();
  }

  @Test
  void filesAreShort() throws IOException {
    Map<Path, Integer> tooLong = new TreeMap<>();
    int files = 0;
    for (Path file : sources()) {
      files++;
      int lines = Files.readAllLines(file).size();
      if (lines > MAX_LINES) {
        tooLong.put(file, lines);
      }
    }
    assertThat(tooLong).as("files of more than %d lines", MAX_LINES).isEmpty();
    assertThat(files).isGreaterThan(PRODUCT.size());
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.toString().contains("/target/"))
          .toList();
    }
  }

  @Test
  void aNameMeansOneThing() {
    Map<String, Set<String>> packages =
        PRODUCT.stream()
            .collect(
                Collectors.groupingBy(
                    JavaClass::getSimpleName,
                    TreeMap::new,
                    Collectors.mapping(
                        JavaClass::getPackageName, Collectors.toCollection(TreeSet::new))));
    packages.values().removeIf(names -> names.size() == 1);
    assertThat(packages).as("classes of the same name").isEmpty();
  }

  @Test
  void everyClassIsUsed() {
    Set<String> unused =
        PRODUCT.stream()
            .filter(c -> !isStartedFromOutside(c) && !isUsed(c))
            .map(JavaClass::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(unused).as("classes that nothing in the product uses").isEqualTo(USED_LATER);
  }

  private static boolean isUsed(JavaClass c) {
    return c.getDirectDependenciesToSelf().stream()
        .map(Dependency::getOriginClass)
        .anyMatch(user -> !topLevel(user).equals(c));
  }

  private static JavaClass topLevel(JavaClass c) {
    JavaClass outer = c;
    while (outer.getEnclosingClass().isPresent()) {
      outer = outer.getEnclosingClass().get();
    }
    return outer;
  }

  /** By the JVM, by picocli or by the service loader; JMH's harness counts as a user. */
  private static boolean isStartedFromOutside(JavaClass c) {
    return c.tryGetMethod("main", String[].class).isPresent()
        || c.isAnnotatedWith(Command.class)
        || c.isAssignableTo(SubcommandProvider.class);
  }
}
