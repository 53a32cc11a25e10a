package dev.lanewise.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.backend.Backends;
import dev.lanewise.engine.backend.Selection;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The base of the contracts: takes the kernels of one backend the way a program does, and fails
 * when that backend, or the vector width that the run was started for, is not the active one.
 */
@Tag("contract")
public abstract class KernelContract {

  private static final String FORCED_BITS = "lanewise.vector.bits";

  private final BackendRequest request;
  private Kernels kernels = new dev.lanewise.engine.kernel.scalar.ScalarKernels();
  private Probe probe;

  /** A contract for one backend. */
  protected KernelContract(BackendRequest request) {
    this.request = request;
    this.probe = new Probe("", false, "not asked yet", java.util.Map.of());
  }

  /** Takes the kernels; throws if the backend does not work here. */
  @BeforeEach
  final void select() {
    Backends backends = Backends.discover();
    Selection selection = backends.select(request);
    probe = selection.probes().getFirst();
    kernels = backends.create(selection);
  }

  /** The kernels under test. */
  protected final Kernels kernels() {
    return kernels;
  }

  /**
   * A size that is fine at full speed, reduced where the width is forced above what the machine has
   * and every vector operation is emulated.
   */
  protected final int affordable(int size) {
    String species = probe.facts().getOrDefault("species", "");
    String preferred = probe.facts().getOrDefault("preferred", "");
    return bits(species) > bits(preferred) ? Math.max(1, size / 8) : size;
  }

  private static int bits(String fact) {
    return fact.isEmpty() ? 0 : Integer.parseInt(fact.replace(" bits", ""));
  }

  /** Random numbers that are the same in every run. */
  protected static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.<RandomGenerator>of("L64X128MixRandom").create(seed);
  }

  @Test
  final void theBackendUnderTestIsTheActiveOne() {
    assertThat(kernels.name()).isEqualTo(request.id());
    String forced = System.getProperty(FORCED_BITS);
    if (forced != null && request == BackendRequest.VECTOR) {
      assertThat(probe.facts()).containsEntry("species", forced + " bits");
    }
  }
}
