package dev.lanewise.cli.serve;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** What the server counts, in a registry of its own: two servers in one JVM do not mix. */
final class Metrics {

  /** From a tenth of a millisecond, where one network pass is, to the ten seconds of a time-out. */
  private static final double[] BUCKETS = {
    1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10
  };

  static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
  private final Counter requests;
  private final Histogram requestSeconds;
  private final Histogram answerSeconds;
  private final Counter searches;
  private final Gauge inFlight;

  Metrics() {
    requests =
        Counter.builder()
            .name("lanewise_http_requests_total")
            .help("Requests answered.")
            .labelNames("route", "status")
            .register(registry);
    requestSeconds =
        Histogram.builder()
            .name("lanewise_http_request_seconds")
            .help("From a request's headers to the end of its answer.")
            .unit(Unit.SECONDS)
            .labelNames("route")
            .classicOnly()
            .classicUpperBounds(BUCKETS)
            .register(registry);
    answerSeconds =
        Histogram.builder()
            .name("lanewise_answer_seconds")
            .help("What the engine took for one request, or for those that shared a search.")
            .unit(Unit.SECONDS)
            .labelNames("model", "backend")
            .classicOnly()
            .classicUpperBounds(BUCKETS)
            .register(registry);
    searches =
        Counter.builder()
            .name("lanewise_searches_total")
            .help("Searches for neighbours; requests that wait together share one.")
            .register(registry);
    inFlight =
        Gauge.builder()
            .name("lanewise_http_requests_in_flight")
            .help("Requests being answered.")
            .register(registry);
  }

  /** Watches what others know. */
  void watch(IntSupplier waiting, BooleanSupplier ready) {
    GaugeWithCallback.builder()
        .name("lanewise_queue_length")
        .help("Jobs that wait for the engine.")
        .callback(gauge -> gauge.call(waiting.getAsInt()))
        .register(registry);
    GaugeWithCallback.builder()
        .name("lanewise_ready")
        .help("1 when all models are there and the engine is warm, else 0.")
        .callback(gauge -> gauge.call(ready.getAsBoolean() ? 1 : 0))
        .register(registry);
  }

  void began() {
    inFlight.inc();
  }

  void ended(String route, int status, double seconds) {
    inFlight.dec();
    requests.labelValues(route, Integer.toString(status)).inc();
    requestSeconds.labelValues(route).observe(seconds);
  }

  void answered(String model, String backend, double seconds) {
    answerSeconds.labelValues(model, backend).observe(seconds);
  }

  void searched() {
    searches.inc();
  }

  /** All of it, in Prometheus's text form. */
  byte[] text() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      writer.write(out, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
