package dev.lanewise.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.engine.kernel.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BackendsTest {

  private static Function<String, Probe> available(String... names) {
    return name ->
        new Probe(name, List.of(names).contains(name), "what was found about " + name, Map.of());
  }

  @Test
  void autoPrefersVectorAndDoesNotProbeFurther() {
    List<String> asked = new ArrayList<>();
    Selection selection =
        Backends.select(
            BackendRequest.AUTO,
            name -> {
              asked.add(name);
              return available("scalar", "vector", "openblas").apply(name);
            });
    assertThat(selection.backend()).isEqualTo("vector");
    assertThat(selection.degraded()).isFalse();
    assertThat(asked).containsExactly("vector");
  }

  @Test
  void autoDegradesAndSaysWhy() {
    Selection openblas = Backends.select(BackendRequest.AUTO, available("scalar", "openblas"));
    assertThat(openblas.backend()).isEqualTo("openblas");
    assertThat(openblas.degraded()).isTrue();
    assertThat(openblas.reason()).contains("what was found about vector");
    Selection scalar = Backends.select(BackendRequest.AUTO, available("scalar"));
    assertThat(scalar.backend()).isEqualTo("scalar");
    assertThat(scalar.degraded()).isTrue();
    assertThat(scalar.reason())
        .contains("what was found about vector")
        .contains("what was found about openblas");
    assertThat(scalar.probes()).extracting(Probe::name).containsExactly("vector", "openblas");
  }

  @ParameterizedTest
  @EnumSource(
      value = BackendRequest.class,
      names = {"SCALAR", "VECTOR", "OPENBLAS"})
  void anExplicitRequestIsMetOrFailsWithTheCause(BackendRequest request) {
    Selection selection = Backends.select(request, available("scalar", "vector", "openblas"));
    assertThat(selection.backend()).isEqualTo(request.id());
    assertThat(selection.degraded()).isFalse();
    assertThatThrownBy(() -> Backends.select(request, available()))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContainingAll("'" + request.id() + "'", "what was found about " + request.id());
  }

  @Test
  void theSameProbesGiveTheSameChoice() {
    assertThat(Backends.select(BackendRequest.AUTO, available("vector")))
        .isEqualTo(Backends.select(BackendRequest.AUTO, available("vector")));
  }

  @Test
  void namesAreReadInAnyCaseAndUnknownOnesListTheKnown() {
    assertThat(BackendRequest.parse(" Vector ")).isEqualTo(BackendRequest.VECTOR);
    assertThatThrownBy(() -> BackendRequest.parse("cuda"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("'cuda'", "auto, scalar, vector, openblas");
  }

  @Test
  void thisMachineHasScalarAndVector() {
    Backends backends = Backends.discover();
    assertThat(backends.probe("scalar").available()).isTrue();
    assertThat(backends.probe("vector").available()).isTrue();
    assertThat(backends.probe("vector").facts())
        .containsKeys("module", "species", "preferred", "fma");
    assertThat(backends.create(backends.select(BackendRequest.AUTO)).name()).isEqualTo("vector");
    assertThat(backends.probe("other").available()).isFalse();
    assertThat(backends.probeAll())
        .extracting(Probe::name)
        .containsExactly("scalar", "vector", "openblas");
  }
}
