package dev.lanewise.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.lanewise.engine.matrix.Matrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** The arrows of docs/architecture.md, for all modules: this one sees them all. */
class ArchitectureTest {

  private static final String LEARNERS_NEIGHBORS = "dev.lanewise.engine.neighbors..";
  private static final String LEARNERS_LINEAR = "dev.lanewise.engine.linear..";
  private static final String LEARNERS_NN = "dev.lanewise.engine.nn..";

  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.lanewise");

  @Test
  void everyModuleIsSeen() {
    for (String name :
        new String[] {
          "dev.lanewise.engine.kernel.vector.VectorKernelProvider",
          "dev.lanewise.engine.neighbors.NearestNeighbors",
          "dev.lanewise.data.DataCatalog",
          "dev.lanewise.cli.Main"
        }) {
      assertThat(ALL.contain(name)).as(name).isTrue();
    }
  }

  @Test
  void theEngineDependsOnNothing() {
    classes()
        .that()
        .resideInAPackage("dev.lanewise.engine..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.lanewise.engine..",
            "java..",
            "jdk.incubator.vector..",
            "jdk.jfr..",
            "org.jspecify..")
        .check(ALL);
  }

  @Test
  void onlyTheVectorKernelsKnowTheVectorApi() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.lanewise.engine.kernel.vector..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator..")
        .check(ALL);
  }

  @Test
  void theSpeciesAreChosenInOneClass() {
    noClasses()
        .that()
        .doNotHaveSimpleName("Lanes")
        .should()
        .accessField("jdk.incubator.vector.FloatVector", "SPECIES_PREFERRED")
        .orShould()
        .accessField("jdk.incubator.vector.IntVector", "SPECIES_PREFERRED")
        .orShould()
        .accessField("jdk.incubator.vector.ByteVector", "SPECIES_PREFERRED")
        .orShould()
        .accessField("jdk.incubator.vector.ShortVector", "SPECIES_PREFERRED")
        .check(ALL);
  }

  /** A position in memory is right only together with what {@code Memory} says it is in. */
  @Test
  void vectorKernelsFindElementsInOneWay() {
    noClasses()
        .that()
        .resideInAPackage("dev.lanewise.engine.kernel.vector..")
        .and()
        .doNotHaveSimpleName("Memory")
        .should()
        .callMethod(Matrix.class, "segment")
        .orShould()
        .callMethod(Matrix.class, "offset")
        .orShould()
        .callMethod(MemorySegment.class, "byteSize")
        .check(ALL);
  }

  /** The collector frees what nothing refers to, and an address is no reference. */
  @Test
  void vectorKernelsHoldOnToTheirMatrices() {
    int checked = 0;
    for (JavaMethod method :
        ALL.get("dev.lanewise.engine.kernel.vector.VectorKernels").getMethods()) {
      long given =
          method.getRawParameterTypes().stream()
              .filter(
                  type ->
                      type.isAssignableTo(Matrix.class) || type.isEquivalentTo(SparseRows.class))
              .count();
      int kept =
          method.getMethodCallsFromSelf().stream()
              .map(call -> call.getTarget())
              .filter(
                  target ->
                      target
                          .getFullName()
                          .startsWith("dev.lanewise.engine.kernel.vector.Memory.keep("))
              .mapToInt(target -> target.getRawParameterTypes().size())
              .sum();
      assertThat(kept).as(method.getFullName()).isEqualTo((int) given);
      checked += kept;
    }
    assertThat(checked).isGreaterThan(30);
  }

  @Test
  void theBridgeDependsOnTheEngineAlone() {
    noClasses()
        .that()
        .resideInAPackage("dev.lanewise.blas..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.lanewise.data..", "dev.lanewise.cli..")
        .allowEmptyShould(true)
        .check(ALL);
  }

  @Test
  void dataKnowsMatricesAndFilesAndNothingElseOfTheEngine() {
    noClasses()
        .that()
        .resideInAPackage("dev.lanewise.data..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.lanewise.engine",
            "dev.lanewise.engine.backend..",
            "dev.lanewise.engine.kernel..",
            LEARNERS_NEIGHBORS,
            LEARNERS_LINEAR,
            LEARNERS_NN,
            "dev.lanewise.blas..",
            "dev.lanewise.cli..")
        .check(ALL);
  }

  @Test
  void learnersKnowTheSeamAndNoBackend() {
    noClasses()
        .that()
        .resideInAnyPackage(LEARNERS_NEIGHBORS, LEARNERS_LINEAR, LEARNERS_NN)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.lanewise.engine.kernel.vector..",
            "dev.lanewise.engine.kernel.scalar..",
            "dev.lanewise.engine.backend..",
            "jdk.incubator..")
        .check(ALL);
  }

  @Test
  void nothingBelowKnowsTheCommand() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.lanewise.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.lanewise.cli..")
        .check(ALL);
  }

  @Test
  void theCommandHasNoKernelsAndNoBridge() {
    noClasses()
        .that()
        .resideInAPackage("dev.lanewise.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.lanewise.engine.kernel.vector..",
            "dev.lanewise.engine.kernel.scalar..",
            "dev.lanewise.engine.internal..",
            "dev.lanewise.blas..")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("dev.lanewise.engine.kernel.Kernels")
        .check(ALL);
  }

  @Test
  void experimentsNeverPrint() {
    noClasses()
        .that()
        .resideInAPackage("dev.lanewise.cli.experiment..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("picocli..", "me.tongfei..", "tools.jackson..", "dev.lanewise.cli")
        .orShould()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(ALL);
  }

  @Test
  void librariesNeverPrintOrExit() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.lanewise.engine..", "dev.lanewise.data..", "dev.lanewise.blas..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .check(ALL);
  }
}
