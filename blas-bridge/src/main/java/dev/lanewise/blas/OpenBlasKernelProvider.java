package dev.lanewise.blas;

import dev.lanewise.blas.OpenBlasLocator.Found;
import dev.lanewise.engine.kernel.KernelProvider;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Probe;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Offers OpenBLAS. The library is looked for when first asked about: in the file that the system
 * property {@code lanewise.openblas.library} names, and then nowhere else; in the artifact {@code
 * org.bytedeco:openblas} of this platform on the class path; in the system's library folders.
 *
 * <p>Loading sets OpenBLAS to one thread, for the whole process.
 */
public final class OpenBlasKernelProvider implements KernelProvider {

  private static final Pattern VERSION = Pattern.compile("OpenBLAS (\\S+)");

  private final Supplier<OpenBlasLocator> locators;
  private @Nullable Found found;

  /** For {@link java.util.ServiceLoader}. */
  public OpenBlasKernelProvider() {
    this(OpenBlasLocator::ofProcess);
  }

  OpenBlasKernelProvider(Supplier<OpenBlasLocator> locators) {
    this.locators = locators;
  }

  @Override
  public String name() {
    return "openblas";
  }

  @Override
  public Probe probe() {
    OpenBlasLocator locator = locators.get();
    Optional<Found> library = find(locator);
    Map<String, String> facts = new LinkedHashMap<>();
    if (library.isEmpty()) {
      return new Probe(name(), false, missing(locator.failures()), facts);
    }
    Found it = library.get();
    Matcher version = VERSION.matcher(it.blas().config());
    facts.put("version", version.find() ? version.group(1) : "unknown");
    facts.put("configuration", it.blas().config());
    facts.put("core", it.blas().coreName());
    facts.put("threads", Integer.toString(it.blas().threads()));
    facts.put("origin", it.origin());
    facts.put("library", it.library());
    return new Probe(
        name(),
        true,
        "OpenBLAS "
            + facts.get("version")
            + " for "
            + it.blas().coreName()
            + " from "
            + it.origin(),
        facts);
  }

  @Override
  public Kernels create(Kernels fallback) {
    OpenBlasLocator locator = locators.get();
    return find(locator)
        .map(it -> new OpenBlasKernels(it.blas(), fallback))
        .orElseThrow(() -> new IllegalStateException(missing(locator.failures())));
  }

  /** Success is remembered; a failure is not, so that its causes can be told again. */
  private synchronized Optional<Found> find(OpenBlasLocator locator) {
    if (found == null) {
      found = locator.find().orElse(null);
    }
    return Optional.ofNullable(found);
  }

  private static String missing(List<String> failures) {
    return "no OpenBLAS library works here. Tried: " + String.join("; ", failures);
  }
}
