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
import org.junit.jupiter.params.provider.CsvSource;
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

  /** A machine with vectors of a width, with native access or without. */
  private static Function<String, Probe> machine(int bits, String nativeAccess, boolean openblas) {
    return name ->
        new Probe(
            name,
            openblas || !name.equals("openblas"),
            "what was found about " + name,
            name.equals("vector")
                ? Map.of("species", bits + " bits", "native access", nativeAccess)
                : Map.of());
  }

  @ParameterizedTest
  @CsvSource({
    "128, granted, true, mixed",
    "256, granted, true, mixed",
    "256, granted, false, vector",
    "256, not granted, true, vector",
    "512, granted, true, vector"
  })
  void autoMixesWhereVectorsAreNarrow(
      int bits, String nativeAccess, boolean openblas, String expected) {
    Selection selection =
        Backends.select(BackendRequest.AUTO, machine(bits, nativeAccess, openblas));
    assertThat(selection.backend()).isEqualTo(expected);
    assertThat(selection.degraded()).isFalse();
    assertThat(selection.reason()).startsWith("what was found about vector");
  }

  @Test
  void autoSaysWhoMultipliesAndWhyNobodyElseDoes() {
    Selection mixed = Backends.select(BackendRequest.AUTO, machine(256, "granted", true));
    assertThat(mixed.reason()).endsWith("; large products by what was found about openblas");
    assertThat(mixed.probes()).extracting(Probe::name).containsExactly("vector", "openblas");
    Selection alone = Backends.select(BackendRequest.AUTO, machine(256, "granted", false));
    assertThat(alone.reason()).endsWith("; no openblas: what was found about openblas");
    assertThat(alone.probes()).extracting(Probe::name).containsExactly("vector", "openblas");
  }

  /** Asking for it would make Java warn of what the program did not grant. */
  @ParameterizedTest
  @CsvSource({"256, not granted", "512, granted"})
  void openBlasIsNotProbedWhereItWouldNotBeTaken(int bits, String nativeAccess) {
    assertThat(Backends.select(BackendRequest.AUTO, machine(bits, nativeAccess, true)).probes())
        .extracting(Probe::name)
        .containsExactly("vector");
  }

  @Test
  void aMixNeedsBothOfItsParts() {
    assertThat(Backends.select(BackendRequest.MIXED, available("vector", "openblas")).probes())
        .extracting(Probe::name)
        .containsExactly("vector", "openblas");
    for (String missing : List.of("vector", "openblas")) {
      assertThatThrownBy(
              () ->
                  Backends.select(
                      BackendRequest.MIXED,
                      available(missing.equals("vector") ? "openblas" : "vector")))
          .isInstanceOf(BackendUnavailableException.class)
          .hasMessageContainingAll("'mixed'", "what was found about " + missing);
    }
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
        .hasMessageContainingAll("'cuda'", "auto, scalar, vector, openblas, mixed");
  }

  @Test
  void thisMachineHasScalarAndVector() {
    Backends backends = Backends.discover();
    assertThat(backends.probe("scalar").available()).isTrue();
    assertThat(backends.probe("vector").available()).isTrue();
    assertThat(backends.probe("vector").facts())
        .containsKeys("module", "species", "preferred", "fma", "native access");
    assertThat(backends.create(backends.select(BackendRequest.AUTO)).name()).isEqualTo("vector");
    assertThat(backends.probe("other").available()).isFalse();
    assertThat(backends.probe("mixed").available()).isFalse();
    assertThat(backends.probe("mixed").detail()).contains("lanewise-blas-bridge");
    assertThat(backends.probeAll())
        .extracting(Probe::name)
        .containsExactly("scalar", "vector", "openblas");
  }
}
