package dev.lanewise.cli.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gives every fuzz target the inputs that are stored for it, those that once were findings too. */
class CorpusTest {

  /** Only something that never ends takes so long, on however busy a machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @ParameterizedTest
  @EnumSource(Target.class)
  void storedInputs(Target target) throws IOException {
    List<Path> inputs = Target.list(target.corpus());
    assertThat(inputs).isNotEmpty();
    for (Path input : inputs) {
      byte[] bytes = Files.readAllBytes(input);
      assertTimeoutPreemptively(PATIENCE, () -> target.run(bytes), input.toString());
    }
  }

  /**
   * A model that is refused for what its format no longer is would leave the fuzzer at the door.
   */
  @Test
  void storedModelsAreOfTheFormatAsItIs() throws IOException {
    for (Path input : Target.list(Target.MODELS.corpus())) {
      assertThatCode(() -> ModelsFuzz.use(input)).as(input.toString()).doesNotThrowAnyException();
    }
  }

  @Test
  void everyFolderHasATarget() throws IOException {
    assertThat(Target.list(Target.CORPUS))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Target.values()).map(Target::corpus).toList());
  }
}
