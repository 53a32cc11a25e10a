package dev.lanewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Vectors that no compiler makes into instructions are objects, and slower than plain loops. */
@Timeout(60)
class NoC2Test {

  /** Tells what was chosen. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      try (Engine engine = Engine.open()) {
        System.out.println(engine.info().backend() + ": " + engine.info().reason());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-XX:TieredStopAtLevel=1, scalar, without the compiler C2",
    "-Xint, scalar, without the compiler C2",
    "-XX:-TieredCompilation, vector, Vector API",
  })
  void autoTakesVectorOnlyWhereItIsCompiled(String flag, String backend, String reason)
      throws Exception {
    Process process =
        ChildJvm.of(List.of(flag, "--add-modules=jdk.incubator.vector"), Child.class).start();
    try (var output = process.getInputStream()) {
      assertThat(new String(output.readAllBytes(), StandardCharsets.UTF_8))
          .startsWith(backend + ": ")
          .contains(reason);
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }
}
