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
 * Offers OpenBLAS. The library is looked for when a process first asks about it: in the file that
 * the system property {@code lanewise.openblas.library} names, and then nowhere else; in the
 * artifact {@code org.bytedeco:openblas} of this platform on the class path; in the system's
 * library folders.
 *
 * <p>Loading sets OpenBLAS to one thread, for the whole process.
 */
public final class OpenBlasKernelProvider implements KernelProvider {

  private static final Pattern VERSION = Pattern.compile("OpenBLAS (\\S+)");

  /** Every engine has a provider of its own, and what a process has loaded stays loaded. */
  private static final Search OF_PROCESS = new Search(OpenBlasLocator::ofProcess);

  private final Search search;

  /** For {@link java.util.ServiceLoader}. */
  public OpenBlasKernelProvider() {
    this(OF_PROCESS);
  }

  OpenBlasKernelProvider(Supplier<OpenBlasLocator> locators) {
    this(new Search(locators));
  }

  private OpenBlasKernelProvider(Search search) {
    this.search = search;
  }

  /** Success is remembered; a failure is not, so that its causes can be told again. */
  private static final class Search {
    private final Supplier<OpenBlasLocator> locators;
    private @Nullable Found found;

    Search(Supplier<OpenBlasLocator> locators) {
      this.locators = locators;
    }

    /** What was found, or why nothing was. */
    synchronized Result run() {
      if (found != null) {
        return new Result(Optional.of(found), List.of());
      }
      OpenBlasLocator locator = locators.get();
      found = locator.find().orElse(null);
      return new Result(Optional.ofNullable(found), locator.failures());
    }
  }

  private record Result(Optional<Found> found, List<String> failures) {
    String missing() {
      return "no OpenBLAS library works here. Tried: " + String.join("; ", failures);
    }
  }

  @Override
  public String name() {
    return "openblas";
  }

  @Override
  public Probe probe() {
    Result result = search.run();
    Map<String, String> facts = new LinkedHashMap<>();
    if (result.found().isEmpty()) {
      return new Probe(name(), false, result.missing(), facts);
    }
    Found it = result.found().get();
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
    Result result = search.run();
    return result
        .found()
        .map(it -> new OpenBlasKernels(it.blas(), fallback))
        .orElseThrow(() -> new IllegalStateException(result.missing()));
  }
}
