package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.KernelProvider;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Probe;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Offers {@link VectorKernels} where the incubator module is present. Names no vector type itself,
 * so it always loads.
 */
public final class VectorKernelProvider implements KernelProvider {

  private static final String MODULE = "jdk.incubator.vector";

  /** What HotSpot says of itself with {@code -Xint} and {@code -XX:TieredStopAtLevel=1}. */
  private static final List<String> WITHOUT_C2 = List.of("interpreted mode", "emulated-client");

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public Probe probe() {
    Map<String, String> facts = new LinkedHashMap<>();
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      facts.put("module", "absent");
      return new Probe(
          name(),
          false,
          "the module " + MODULE + " is absent; start Java with --add-modules " + MODULE,
          facts);
    }
    facts.put("module", "present");
    String compiler = System.getProperty("java.vm.info", "");
    if (WITHOUT_C2.stream().anyMatch(compiler::contains)) {
      facts.put("compiler", compiler);
      return new Probe(
          name(),
          false,
          "without the compiler C2 the Vector API is slower than plain loops ("
              + compiler
              + "); start Java without -XX:TieredStopAtLevel and -Xint",
          facts);
    }
    try {
      int bits = Lanes.SHAPE.vectorBitSize();
      facts.put("species", bits + " bits");
      facts.put("preferred", Lanes.preferredBits() + " bits");
      facts.put("fma", Lanes.FUSED ? "fused" : "multiply, then add");
      facts.put("memory", Memory.description());
      boolean granted = VectorKernelProvider.class.getModule().isNativeAccessEnabled();
      facts.put("native access", granted ? "granted" : "not granted");
      return new Probe(name(), true, "Vector API, " + bits + "-bit species", facts);
    } catch (IllegalArgumentException | LinkageError e) {
      return new Probe(name(), false, "the Vector API does not work here: " + e, facts);
    }
  }

  @Override
  public Kernels create(Kernels fallback) {
    Probe probe = probe();
    if (!probe.available()) {
      throw new IllegalStateException(probe.detail());
    }
    return new VectorKernels();
  }
}
