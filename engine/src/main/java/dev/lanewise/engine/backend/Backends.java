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
    return probes.computeIfAbsent(name, this::ask);
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

  /** Every known backend, probed: for a diagnosis. */
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
    if (request != BackendRequest.AUTO) {
      Probe probe = prober.apply(request.id());
      if (!probe.available()) {
        throw new BackendUnavailableException(
            "backend '" + request.id() + "' was asked for but is not available: " + probe.detail());
      }
      return new Selection(
          request, request.id(), "asked for: " + probe.detail(), false, List.of(probe));
    }
    StringBuilder why = new StringBuilder();
    for (String name : List.of(VECTOR, OPENBLAS)) {
      Probe probe = prober.apply(name);
      asked.add(probe);
      if (probe.available()) {
        why.insert(0, probe.detail());
        return new Selection(
            request, name, why.toString(), !name.equals(VECTOR), List.copyOf(asked));
      }
      why.append("; no ").append(name).append(": ").append(probe.detail());
    }
    return new Selection(request, SCALAR, "plain Java loops" + why, true, List.copyOf(asked));
  }

  /** {@link #select} with this machine's probes. */
  public Selection select(BackendRequest request) {
    return select(request, this::probe);
  }

  /** The kernels of a choice. */
  public Kernels create(Selection selection) {
    Kernels scalar = new ScalarKernels();
    if (selection.backend().equals(SCALAR)) {
      return scalar;
    }
    Kernels fallback = scalar;
    if (!selection.backend().equals(VECTOR) && probe(VECTOR).available()) {
      fallback = provider(VECTOR).create(scalar);
    }
    return provider(selection.backend()).create(fallback);
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
