package dev.lanewise.engine.backend;

import dev.lanewise.engine.kernel.KernelProvider;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Probe;
import dev.lanewise.engine.kernel.scalar.ScalarKernels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Function;

/**
 * Finds backends and chooses one. Thread-safe; each backend is probed once, which for OpenBLAS may
 * unpack and load a library.
 */
public final class Backends {

  /** The system property that names the backend to use where a program does not say. */
  public static final String PROPERTY = "lanewise.backend";

  private static final String SCALAR = BackendRequest.SCALAR.id();
  private static final String VECTOR = BackendRequest.VECTOR.id();
  private static final String OPENBLAS = BackendRequest.OPENBLAS.id();
  private static final String MIXED = BackendRequest.MIXED.id();

  /**
   * Vectors of this width and more multiply large matrices as fast as OpenBLAS or nearly so, and
   * half of it four fifths as fast (docs/performance.md, "How auto decides").
   */
  private static final int WIDE = 512;

  private final Map<String, KernelProvider> providers;
  private final Map<String, Probe> probes = new LinkedHashMap<>();

  private Backends(Map<String, KernelProvider> providers) {
    this.providers = providers;
  }

  /** The backends on this class or module path. */
  public static Backends discover() {
    Map<String, KernelProvider> found = new LinkedHashMap<>();
    try {
      for (KernelProvider provider :
          ServiceLoader.load(KernelProvider.class, Backends.class.getClassLoader())) {
        found.put(provider.name(), provider);
      }
    } catch (ServiceConfigurationError e) {
      throw new IllegalStateException(
          "a backend on the class path cannot be loaded: " + e.getMessage(), e);
    }
    return new Backends(found);
  }

  /** What {@link #PROPERTY} asks for, {@link BackendRequest#AUTO} if it is not set. */
  public static BackendRequest requested() {
    String value = System.getProperty(PROPERTY);
    return value == null ? BackendRequest.AUTO : BackendRequest.parse(value);
  }

  /** Finds out about one backend; asked once, then remembered. */
  public synchronized Probe probe(String name) {
    return name.equals(MIXED) ? mixed(this::probe) : probes.computeIfAbsent(name, this::ask);
  }

  /** The mix of two backends is there if both are. */
  private static Probe mixed(Function<String, Probe> prober) {
    Probe vector = prober.apply(VECTOR);
    if (!vector.available()) {
      return new Probe(MIXED, false, vector.detail(), vector.facts());
    }
    Probe openblas = prober.apply(OPENBLAS);
    if (!openblas.available()) {
      return new Probe(MIXED, false, openblas.detail(), openblas.facts());
    }
    Map<String, String> facts = new LinkedHashMap<>(vector.facts());
    facts.putAll(openblas.facts());
    return new Probe(MIXED, true, mix(vector, openblas), facts);
  }

  private static String mix(Probe vector, Probe openblas) {
    return vector.detail() + "; large products by " + openblas.detail();
  }

  private Probe ask(String name) {
    if (name.equals(SCALAR)) {
      return new Probe(SCALAR, true, "plain Java loops, always there", Map.of());
    }
    KernelProvider provider = providers.get(name);
    if (provider == null) {
      return new Probe(
          name,
          false,
          name.equals(OPENBLAS)
              ? "lanewise-blas-bridge is not on the class or module path; add it as a dependency"
              : "no such backend on the class or module path",
          Map.of());
    }
    return provider.probe();
  }

  /** Every backend that brings kernels of its own, probed: for a diagnosis. */
  public List<Probe> probeAll() {
    return List.of(probe(SCALAR), probe(VECTOR), probe(OPENBLAS));
  }

  /**
   * Chooses. Pure: the same request and the same probes give the same answer. A backend is probed
   * only when the choice depends on it, because some probes load native libraries.
   *
   * @throws BackendUnavailableException if a backend was asked for by name and is not available
   */
  public static Selection select(BackendRequest request, Function<String, Probe> prober) {
    List<Probe> asked = new ArrayList<>();
    Function<String, Probe> asking =
        name -> {
          Probe probe = prober.apply(name);
          asked.add(probe);
          return probe;
        };
    if (request != BackendRequest.AUTO) {
      Probe probe = request == BackendRequest.MIXED ? mixed(asking) : asking.apply(request.id());
      if (!probe.available()) {
        throw new BackendUnavailableException(
            "backend '" + request.id() + "' was asked for but is not available: " + probe.detail());
      }
      return new Selection(
          request, request.id(), "asked for: " + probe.detail(), false, List.copyOf(asked));
    }
    Probe vector = asking.apply(VECTOR);
    if (vector.available() && !gainsByMixing(vector)) {
      return new Selection(request, VECTOR, vector.detail(), false, List.copyOf(asked));
    }
    Probe openblas = asking.apply(OPENBLAS);
    String noOpenBlas = "; no openblas: " + openblas.detail();
    if (vector.available()) {
      return openblas.available()
          ? new Selection(request, MIXED, mix(vector, openblas), false, List.copyOf(asked))
          : new Selection(request, VECTOR, vector.detail() + noOpenBlas, false, List.copyOf(asked));
    }
    String noVector = "; no vector: " + vector.detail();
    return openblas.available()
        ? new Selection(request, OPENBLAS, openblas.detail() + noVector, true, List.copyOf(asked))
        : new Selection(
            request, SCALAR, "plain Java loops" + noVector + noOpenBlas, true, List.copyOf(asked));
  }

  /**
   * Whether a machine's vectors are narrow enough for OpenBLAS to be faster, and loading it makes
   * Java warn of nothing.
   */
  private static boolean gainsByMixing(Probe vector) {
    String species = vector.facts().getOrDefault("species", WIDE + " bits");
    return Integer.parseInt(species.substring(0, species.indexOf(' '))) < WIDE
        && vector.facts().getOrDefault("native access", "").equals("granted");
  }

  /** {@link #select} with this machine's probes. */
  public Selection select(BackendRequest request) {
    return select(request, this::probe);
  }

  /** The kernels of a choice. */
  public Kernels create(Selection selection) {
    Kernels scalar = new ScalarKernels();
    String backend = selection.backend();
    if (backend.equals(SCALAR)) {
      return scalar;
    }
    if (backend.equals(VECTOR)) {
      return provider(VECTOR).create(scalar);
    }
    Kernels fallback = probe(VECTOR).available() ? provider(VECTOR).create(scalar) : scalar;
    return backend.equals(MIXED)
        ? new MixedKernels(provider(OPENBLAS).create(fallback), fallback)
        : provider(backend).create(fallback);
  }

  private KernelProvider provider(String name) {
    KernelProvider provider = providers.get(name);
    if (provider == null) {
      throw new BackendUnavailableException(
          "backend '" + name + "' is not on the class or module path");
    }
    return provider;
  }
}
