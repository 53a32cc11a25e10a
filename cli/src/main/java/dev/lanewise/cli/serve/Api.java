package dev.lanewise.cli.serve;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Routes requests, keeps the limits, and makes every failure a problem that says what was wrong.
 */
final class Api extends Handler.Abstract {

  private static final System.Logger LOG = System.getLogger("dev.lanewise.serve");

  private static final String JSON = "application/json";
  private static final String PROBLEM = "application/problem+json";

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .changeDefaultPropertyInclusion(
              all ->
                  all.withValueInclusion(
                      com.fasterxml.jackson.annotation.JsonInclude.Include.NON_NULL))
          .build();

  /** The page is all its own: no script, style, frame or request from or to anywhere else. */
  private static final Map<String, String> SECURITY =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
              + " 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Cross-Origin-Opener-Policy",
          "same-origin");

  /** A reply: what is sent if nothing goes wrong. */
  @SuppressWarnings("ArrayRecordComponent") // sent, never compared
  private record Reply(int status, String type, byte[] content, Map<String, String> headers) {
    static Reply ok(String type, byte[] content) {
      return new Reply(HttpStatus.OK_200, type, content, Map.of("Cache-Control", "no-store"));
    }
  }

  /** Makes a reply. */
  @FunctionalInterface
  private interface Action {
    Reply reply(Request request) throws InterruptedException;
  }

  private record Route(String method, Action action) {}

  private final Map<String, Route> routes = new LinkedHashMap<>();
  private final Workbench workbench;
  private final Gate gate;
  private final Limits limits;
  private final Metrics metrics;
  private final AtomicInteger inFlight = new AtomicInteger();

  Api(
      Answers answers,
      Workbench workbench,
      Desk<Answers.Asked, Object> desk,
      Gate gate,
      Limits limits,
      Metrics metrics) {
    this.workbench = workbench;
    this.gate = gate;
    this.limits = limits;
    this.metrics = metrics;
    new Site()
        .files()
        .forEach(
            (path, file) ->
                routes.put(
                    path,
                    new Route(
                        "GET",
                        request ->
                            new Reply(
                                HttpStatus.OK_200,
                                file.type(),
                                file.content(),
                                // Small, local, and of this very build.
                                Map.of("Cache-Control", "no-cache")))));
    routes.put("/healthz", new Route("GET", request -> health()));
    routes.put(
        "/metrics", new Route("GET", request -> Reply.ok(Metrics.CONTENT_TYPE, metrics.text())));
    routes.put("/v1/models", new Route("GET", request -> json(answers.models())));
    routes.put(
        "/v1/classify",
        new Route(
            "POST",
            request -> {
              Question question = question(request);
              return json(desk.ask(new Answers.Asked(question, true)));
            }));
    routes.put(
        "/v1/neighbors",
        new Route(
            "POST",
            request -> {
              Question question = question(request);
              return json(desk.ask(new Answers.Asked(question, false)));
            }));
  }

  private static Reply json(Object value) {
    return Reply.ok(JSON, MAPPER.writeValueAsBytes(value));
  }

  private Reply health() {
    return json(Map.of("status", "ok", "ready", workbench.ready()));
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    long start = System.nanoTime();
    metrics.began();
    String path = Request.getPathInContext(request);
    Reply reply;
    try {
      reply = reply(path, request);
    } catch (Problem e) {
      reply = problem(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      reply = problem(Problem.stopping());
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "cannot answer " + request.getMethod() + " " + path, e);
      reply = problem(500, "a defect of the server; its log says more", Map.of());
    }
    int status = reply.status();
    String route = routes.containsKey(path) ? path : "other";
    send(
        request,
        response,
        reply,
        Callback.from(
            callback, () -> metrics.ended(route, status, (System.nanoTime() - start) / 1e9)));
    return true;
  }

  private Reply reply(String path, Request request) throws InterruptedException {
    HttpFields headers = request.getHeaders();
    gate.check(host(request), headers.get(HttpHeader.ORIGIN), headers.get("Sec-Fetch-Site"));
    Route route = routes.get(path);
    if (route == null) {
      throw new Problem(404, "there is no " + path + " here; /openapi.yaml says what there is");
    }
    String method = request.getMethod();
    if (!method.equals(route.method())
        && !(method.equals("HEAD") && route.method().equals("GET"))) {
      throw new Problem(
          405,
          path + " is for " + route.method(),
          Map.of("Allow", route.method().equals("GET") ? "GET, HEAD" : route.method()));
    }
    // Health and metrics are asked for when things are bad; they are cheap and never refused.
    if (route.method().equals("GET")) {
      return route.action().reply(request);
    }
    if (inFlight.incrementAndGet() > limits.requests()) {
      inFlight.decrementAndGet();
      throw Problem.busy("too many requests at once");
    }
    try {
      return route.action().reply(request);
    } finally {
      inFlight.decrementAndGet();
    }
  }

  /** As sent, with the port. */
  private static @Nullable String host(Request request) {
    return request.getHeaders().get(HttpHeader.HOST);
  }

  private Question question(Request request) throws InterruptedException {
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    if (type == null || !isJson(type)) {
      throw new Problem(415, "the body must be application/json");
    }
    return Question.read(body(request), limits, workbench.backends(), workbench.training().size());
  }

  private static boolean isJson(String type) {
    String[] parts = type.toLowerCase(Locale.ROOT).split(";", 2);
    return parts[0].strip().equals(JSON)
        && (parts.length == 1 || parts[1].strip().matches("charset=\"?utf-8\"?"));
  }

  /** The body, if it is short enough and comes soon enough. */
  private byte[] body(Request request) throws InterruptedException {
    Problem tooLong = new Problem(413, "the body may have up to " + limits.bodyBytes() + " bytes");
    if (request.getLength() > limits.bodyBytes()) {
      throw tooLong;
    }
    CompletableFuture<byte[]> body = new CompletableFuture<>();
    Content.Source.asByteArrayAsync(
        new Body(request), limits.bodyBytes(), Promise.Invocable.toPromise(body));
    try {
      return body.get(limits.body().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      request.fail(e);
      throw new Problem(
          408,
          "the body did not arrive within " + limits.body().toSeconds() + " s",
          Map.of("Connection", "close"));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IllegalStateException) {
        throw tooLong;
      }
      // While the server stops, connections may not be idle for long.
      if (e.getCause() instanceof TimeoutException
          && request.getConnectionMetaData().getConnector().isShutdown()) {
        throw Problem.stopping();
      }
      throw new Problem(
          400, "the body broke off or is not framed as HTTP asks", Map.of("Connection", "close"));
    }
  }

  /**
   * What a client sends. A body that does not come, or is too long, fails without its request:
   * Jetty says so first and fails the request then, maybe while its answer is being written, which
   * would be lost.
   */
  private record Body(Request request) implements Content.Source {
    @Override
    public Content.Chunk read() {
      return request.read();
    }

    @Override
    public void demand(Runnable ready) {
      request.demand(ready);
    }

    @Override
    public void fail(Throwable failure) {
      // The answer says it, and ends the connection if something is left unread.
    }
  }

  private static Reply problem(Problem problem) {
    return problem(problem.status(), String.valueOf(problem.getMessage()), problem.headers());
  }

  private static Reply problem(int status, String detail, Map<String, String> headers) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("type", "about:blank");
    content.put("title", HttpStatus.getMessage(status));
    content.put("status", status);
    content.put("detail", detail);
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put("Cache-Control", "no-store");
    return new Reply(status, PROBLEM, MAPPER.writeValueAsBytes(content), all);
  }

  private static void send(Request request, Response response, Reply reply, Callback callback) {
    HttpFields.Mutable fields = response.getHeaders();
    response.setStatus(reply.status());
    SECURITY.forEach(fields::put);
    reply.headers().forEach(fields::put);
    fields.put(HttpHeader.CONTENT_TYPE, reply.type());
    fields.put(new HttpField(HttpHeader.CONTENT_LENGTH, Integer.toString(reply.content().length)));
    boolean head = request.getMethod().equals("HEAD");
    response.write(
        true, head ? ByteBuffer.allocate(0) : ByteBuffer.wrap(reply.content()), callback);
  }

  /**
   * For what is wrong before a request gets here: lines and headers that are not HTTP, and the end
   * of the server.
   */
  Request.Handler errors() {
    return (request, response, callback) -> {
      int status = response.getStatus();
      send(
          request,
          response,
          status == HttpStatus.SERVICE_UNAVAILABLE_503
              ? problem(Problem.stopping())
              : problem(status, "the request is not what HTTP allows", Map.of()),
          callback);
      return true;
    };
  }
}
