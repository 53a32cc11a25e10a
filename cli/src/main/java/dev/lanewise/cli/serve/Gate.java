package dev.lanewise.cli.serve;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other sites out. A page from elsewhere can make a browser send requests here, and can give
 * its own name this machine's address ("DNS rebinding"); then the Host header holds that name. So
 * the host must be one that was meant, and an Origin must be this server's own.
 */
final class Gate {

  /** An address is no name: nobody can make it point elsewhere. */
  private static final Pattern ADDRESS =
      Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9A-Fa-f:.]+]");

  private final Set<String> names;
  private final boolean anyAddress;

  /**
   * @param bound what the server listens on
   * @param host its name as it was given
   * @param allowed more names that lead here
   */
  Gate(InetAddress bound, String host, Iterable<String> allowed) {
    anyAddress = !bound.isLoopbackAddress();
    names =
        Stream.concat(
                Stream.of("localhost", "127.0.0.1", "[::1]", host),
                java.util.stream.StreamSupport.stream(allowed.spliterator(), false))
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Lets a request pass.
   *
   * @param host its Host header
   * @param origin its Origin header
   * @param site its Sec-Fetch-Site header
   * @throws Problem 421 or 403, if not
   */
  void check(@Nullable String host, @Nullable String origin, @Nullable String site) {
    if (host == null || host.isEmpty()) {
      throw new Problem(400, "a Host header is needed");
    }
    String name = host.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
    if (!names.contains(name) && !(anyAddress && ADDRESS.matcher(name).matches())) {
      throw new Problem(
          421, "this server does not answer for that host; --allow-host names more that it may");
    }
    if (origin != null && !same(origin, host)) {
      throw new Problem(403, "requests from pages of another origin are refused");
    }
    if (site != null && (site.equals("cross-site") || site.equals("same-site"))) {
      throw new Problem(403, "requests from pages of another site are refused");
    }
  }

  private static boolean same(String origin, String host) {
    try {
      return host.equalsIgnoreCase(new URI(origin).getAuthority());
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
