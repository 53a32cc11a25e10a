package dev.lanewise.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ServerTest {

  /** The head of a question, whose body is to be sent when the server says so. */
  private static final String QUESTION_TO_COME =
      """
      POST /v1/classify HTTP/1.1\r
      Host: localhost\r
      Content-Type: application/json\r
      Content-Length: 1000\r
      Expect: 100-continue\r
      \r
      """;

  @TempDir private static Path models;

  @AutoClose
  @SuppressWarnings("NullAway.Init") // set before all tests
  private static TestServer server;

  @BeforeAll
  static void start() throws InterruptedException {
    server = TestServer.ready(models);
  }

  private static Limits limits(int requests, int queue, Duration body) {
    return limits(requests, queue, body, Limits.defaults().lastIdle());
  }

  /** Of a server that does not stop before a test has done what it does meanwhile. */
  private static Limits unhurried() {
    Limits usual = Limits.defaults();
    return limits(usual.requests(), usual.queue(), usual.body(), Duration.ofSeconds(9));
  }

  private static Limits limits(int requests, int queue, Duration body, Duration lastIdle) {
    Limits usual = Limits.defaults();
    return new Limits(
        usual.bodyBytes(),
        usual.images(),
        usual.side(),
        usual.neighbors(),
        requests,
        queue,
        usual.longestWait(),
        body,
        usual.answer(),
        usual.idle(),
        lastIdle,
        usual.grace());
  }

  /** Sends bytes as they are; returns all that comes back until the connection is closed. */
  private static String raw(TestServer to, String... parts)
      throws IOException, InterruptedException {
    try (Socket socket = new Socket(to.server.uri().getHost(), to.server.uri().getPort())) {
      socket.setSoTimeout(30_000);
      // Read meanwhile: a server that refuses does not wait for the rest.
      InputStream in = socket.getInputStream();
      CompletableFuture<byte[]> answer = CompletableFuture.supplyAsync(() -> all(in));
      OutputStream out = socket.getOutputStream();
      for (String part : parts) {
        try {
          out.write(part.getBytes(StandardCharsets.ISO_8859_1));
          out.flush();
        } catch (SocketException e) {
          break; // Closed: there was enough to refuse.
        }
        Thread.sleep(parts.length > 1 ? 20 : 0);
      }
      return new String(answer.join(), StandardCharsets.UTF_8);
    }
  }

  private static byte[] all(InputStream in) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      in.transferTo(bytes);
    } catch (SocketException e) {
      // Reset after the answer, because something sent was never read.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void isProblem(HttpResponse<String> response, int status, String detail) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    JsonNode problem = TestServer.json(response);
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("detail").asString()).contains(detail);
    assertThat(response.body())
        .doesNotContain("Exception")
        .doesNotContain("\tat ")
        .doesNotContain("dev.lanewise")
        .doesNotContain("jetty");
  }

  @Test
  void aTrainingImageIsItsOwnNearestNeighbour() throws IOException, InterruptedException {
    int row = 17;
    int[] pixels = new int[784];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = TestServer.few().train().images().get(row, i);
    }
    String asked =
        "{\"k\": 3, \"images\": ["
            + TestServer.image(28, pixels).replace("}", ", \"normalize\": false}")
            + "], \"pixels\": true}";
    for (String backend : backends()) {
      for (String metric : List.of("l1", "l2")) {
        JsonNode answer =
            TestServer.json(
                server.post(
                    "/v1/neighbors",
                    asked.replaceFirst(
                        "\\{",
                        "{\"metric\": \"" + metric + "\", \"backend\": \"" + backend + "\", ")));
        assertThat(answer.path("backend").asString()).isEqualTo(backend);
        JsonNode nearest = answer.path("results").path(0).path("neighbors").path(0);
        assertThat(nearest.path("row").asInt()).isEqualTo(row);
        assertThat(nearest.path("distance").asDouble()).isZero();
        assertThat(nearest.path("label").asInt()).isEqualTo(TestServer.few().train().labels()[row]);
        assertThat(nearest.path("pixels").size()).isEqualTo(784);
        assertThat(nearest.path("pixels").path(400).asInt()).isEqualTo(pixels[400]);
      }
    }
  }

  private static List<String> backends() throws IOException, InterruptedException {
    List<String> names = new ArrayList<>();
    TestServer.json(server.get("/v1/models"))
        .path("backends")
        .forEach(name -> names.add(name.asString()));
    assertThat(names).contains("scalar");
    return names;
  }

  @Test
  void allModelsAnswerOnEveryBackend() throws IOException, InterruptedException {
    for (String backend : backends()) {
      String more = ", \"backend\": \"" + backend + "\"";
      JsonNode answer =
          TestServer.json(
              server.post("/v1/classify", TestServer.question(100, TestServer.one(100), more)));
      assertThat(answer.path("neighbors").path("results").path(0).path("label").asInt())
          .isEqualTo(1);
      assertThat(answer.path("models").size()).isEqualTo(2);
      for (JsonNode model : answer.path("models")) {
        assertThat(model.path("status").asString()).isEqualTo("ready");
        JsonNode guess = model.path("results").path(0);
        assertThat(guess.path("label").asInt()).as(backend + " " + model).isEqualTo(1);
        double sum = 0;
        for (JsonNode p : guess.path("probabilities")) {
          sum += p.asDouble();
        }
        assertThat(sum).isCloseTo(1, org.assertj.core.api.Assertions.within(1e-5));
      }
    }
  }

  @Test
  void aBatchIsAnsweredInOrder() throws IOException, InterruptedException {
    StringBuilder images = new StringBuilder();
    for (int row = 0; row < 64; row++) {
      int[] pixels = new int[784];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = TestServer.few().train().images().get(row, i);
      }
      images.append(row == 0 ? "" : ",").append(TestServer.image(28, pixels));
    }
    String asked = "{\"images\": [" + images + "], \"k\": 1}";
    JsonNode results = TestServer.json(server.post("/v1/neighbors", asked)).path("results");
    assertThat(results.size()).isEqualTo(64);
    int right = 0;
    for (int row = 0; row < 64; row++) {
      int label = results.path(row).path("label").asInt();
      right += label == TestServer.few().train().labels()[row] ? 1 : 0;
    }
    assertThat(right).isGreaterThan(60);
  }

  static Stream<Arguments> malformed() {
    String image = TestServer.image(28, TestServer.one(28));
    String deep = "[".repeat(100_000);
    return Stream.of(
        Arguments.of("", 400, "empty"),
        Arguments.of("   ", 400, "empty"),
        Arguments.of("{", 400, "not JSON"),
        Arguments.of("nonsense", 400, "not JSON"),
        Arguments.of("{\"images\": [" + image + "]} more", 400, "not JSON"),
        Arguments.of("{\"k\": 1, \"k\": 2}", 400, "not JSON"),
        Arguments.of("{\"k\": NaN}", 400, "not JSON"),
        Arguments.of("{\"k\": Infinity}", 400, "not JSON"),
        Arguments.of("{\"k\": 01}", 400, "not JSON"),
        Arguments.of("{\"k\": 0x10}", 400, "not JSON"),
        Arguments.of("{\"k\": " + "9".repeat(1000) + "}", 400, "not JSON"),
        Arguments.of("{\"backend\": \"" + "a".repeat(100_000) + "\"}", 400, "not JSON"),
        Arguments.of("{\"" + "a".repeat(100_000) + "\": 1}", 400, "not JSON"),
        Arguments.of(deep, 400, "not JSON"),
        Arguments.of("{\"a\":".repeat(1000), 400, "not JSON"),
        Arguments.of("\u0000\u0001\u0002", 400, "not JSON"),
        Arguments.of("{\"images\": \"\ud800\"}", 422, "/images"),
        Arguments.of("null", 422, "must be a JSON object"),
        Arguments.of("[]", 422, "must be a JSON object"),
        Arguments.of("1e999", 422, "must be a JSON object"),
        Arguments.of("{}", 422, "/images must be an array of 1 to 64 images"),
        Arguments.of("{\"images\": null}", 422, "/images"),
        Arguments.of("{\"images\": []}", 422, "/images"),
        Arguments.of("{\"images\": {}}", 422, "/images"),
        Arguments.of("{\"images\": [1]}", 422, "/images/0 must be a JSON object"),
        Arguments.of("{\"images\": [{}]}", 422, "/images/0/side must be an integer in 1..280"),
        Arguments.of("{\"images\": [{\"side\": 0}]}", 422, "/images/0/side"),
        Arguments.of("{\"images\": [{\"side\": -28}]}", 422, "/images/0/side"),
        Arguments.of("{\"images\": [{\"side\": 281}]}", 422, "/images/0/side"),
        Arguments.of("{\"images\": [{\"side\": 2.5}]}", 422, "/images/0/side"),
        Arguments.of("{\"images\": [{\"side\": \"28\"}]}", 422, "/images/0/side"),
        Arguments.of("{\"images\": [{\"side\": 65536}]}", 422, "/images/0/side"),
        Arguments.of("{\"images\": [{\"side\": 99999999999}]}", 422, "/images/0/side"),
        Arguments.of("{\"images\": [{\"side\": 1e300}]}", 422, "/images/0/side"),
        Arguments.of("{\"images\": [{\"side\": 2}]}", 422, "/images/0/pixels"),
        Arguments.of("{\"images\": [{\"side\": 2, \"pixels\": 4}]}", 422, "/images/0/pixels"),
        Arguments.of(pixels("1,2,3"), 422, "side * side = 4 numbers, not 3"),
        Arguments.of(pixels("1,2,3,4,5"), 422, "side * side = 4 numbers, not 5"),
        Arguments.of(pixels("1,2,3,256"), 422, "/images/0/pixels/3 must be an integer in 0..255"),
        Arguments.of(pixels("1,2,-1,4"), 422, "/images/0/pixels/2"),
        Arguments.of(pixels("1,2,3,0.5"), 422, "/images/0/pixels/3"),
        Arguments.of(pixels("1,2,3,1e300"), 422, "/images/0/pixels/3"),
        Arguments.of(pixels("1,2,3,99999999999"), 422, "/images/0/pixels/3"),
        Arguments.of(pixels("1,2,3,null"), 422, "/images/0/pixels/3"),
        Arguments.of(pixels("1,2,3,\"4\""), 422, "/images/0/pixels/3"),
        Arguments.of(pixels("1,2,3,[4]"), 422, "/images/0/pixels/3"),
        Arguments.of(pixels("1,2,3,NaN"), 400, "not JSON"),
        Arguments.of(
            "{\"images\": [{\"side\": 2, \"pixels\": [1,2,3,4], \"normalize\": false}]}",
            422,
            "must be 28"),
        Arguments.of(
            "{\"images\": [{\"side\": 2, \"pixels\": [1,2,3,4], \"normalise\": true}]}",
            422,
            "a key 'normalise', which is none of normalize, pixels, side"),
        Arguments.of("{\"images\": [" + (image + ",").repeat(64) + image + "]}", 422, "1 to 64"),
        Arguments.of(
            "{\"images\": [" + image + "], \"k\": 0}", 422, "/k must be an integer in 1..50"),
        Arguments.of("{\"images\": [" + image + "], \"k\": 51}", 422, "/k"),
        Arguments.of("{\"images\": [" + image + "], \"k\": \"5\"}", 422, "/k"),
        Arguments.of("{\"images\": [" + image + "], \"k\": null}", 422, "/k"),
        Arguments.of("{\"images\": [" + image + "], \"metric\": \"l3\"}", 422, "one of l2, l1"),
        Arguments.of("{\"images\": [" + image + "], \"metric\": 2}", 422, "/metric"),
        Arguments.of("{\"images\": [" + image + "], \"backend\": \"gpu\"}", 422, "/backend"),
        Arguments.of("{\"images\": [" + image + "], \"pixels\": 1}", 422, "/pixels must be true"),
        Arguments.of("{\"images\": [" + image + "], \"extra\": 1}", 422, "a key 'extra'"));
  }

  private static String pixels(String values) {
    return "{\"images\": [{\"side\": 2, \"pixels\": [" + values + "]}]}";
  }

  @ParameterizedTest(name = "{index}: {1} {2}")
  @MethodSource("malformed")
  void malformedBodiesAreToldApart(String body, int status, String detail)
      throws IOException, InterruptedException {
    isProblem(server.post("/v1/classify", body), status, detail);
    isProblem(server.post("/v1/neighbors", body), status, detail);
  }

  @ParameterizedTest(name = "{index}")
  @ValueSource(
      strings = {
        "GET\r\n\r\n",
        "nonsense\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nbad header\r\nConnection: close\r\n\r\n",
        "POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: abc\r\n\r\n",
        "POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        """
        POST /v1/classify HTTP/1.1\r
        Host: localhost\r
        Content-Type: application/json\r
        Content-Length: 5\r
        Transfer-Encoding: chunked\r
        \r
        zz\r
        """,
        """
        POST /v1/classify HTTP/1.1\r
        Host: localhost\r
        Content-Type: application/json\r
        Transfer-Encoding: chunked\r
        \r
        zz\r
        rubbish\r
        """,
        "GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      })
  void whatIsNotHttpIsRefused(String request) throws IOException, InterruptedException {
    String answer = raw(server, request);
    assertThat(answer).matches("(?s)HTTP/1\\.1 (4\\d\\d|505) .*");
    assertThat(answer).contains("application/problem+json").contains("X-Content-Type-Options");
    assertThat(answer).doesNotContain("Exception").doesNotContain("\tat ").doesNotContain("root:");
  }

  @Test
  void longHeadersAreRefused() throws IOException, InterruptedException {
    String answer =
        raw(server, "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(20_000) + "\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 431 ").contains("application/problem+json");
  }

  @Test
  void wrongPathsMethodsAndTypes() throws IOException, InterruptedException {
    isProblem(server.get("/nothing"), 404, "there is no /nothing here");
    isProblem(server.get("/v1/classify"), 405, "is for POST");
    assertThat(server.get("/v1/classify").headers().firstValue("Allow")).hasValue("POST");
    isProblem(server.post("/v1/models", "{}"), 405, "is for GET");
    for (String type : List.of("text/plain", "application/jsonp", "application/json; charset=x")) {
      HttpResponse<String> response =
          server.client.send(
              server
                  .request("/v1/classify")
                  .header("Content-Type", type)
                  .POST(HttpRequest.BodyPublishers.ofString("{}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      isProblem(response, 415, "must be application/json");
    }
    HttpResponse<String> head =
        server.client.send(
            server.request("/healthz").HEAD().build(), HttpResponse.BodyHandlers.ofString());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("Content-Length"))
        .isNotEqualTo(java.util.Optional.of("0"));
  }

  @Test
  void otherHostsOriginsAndSitesAreRefused() throws IOException, InterruptedException {
    String[][] refused = {
      {"421", "Host: evil.example"},
      {"421", "Host: evil.example:" + server.server.uri().getPort()},
      {"421", "Host: localhost.evil.example"},
      {"421", "Host: 192.168.1.1"},
      {"403", "Host: localhost\r\nOrigin: http://evil.example"},
      {"403", "Host: localhost\r\nOrigin: null"},
      {"403", "Host: localhost:1\r\nOrigin: http://localhost:2"},
      {"403", "Host: localhost\r\nSec-Fetch-Site: cross-site"},
    };
    for (String[] one : refused) {
      String answer =
          raw(server, "GET /healthz HTTP/1.1\r\n" + one[1] + "\r\nConnection: close\r\n\r\n");
      assertThat(answer).as(one[1]).startsWith("HTTP/1.1 " + one[0]);
    }
    for (String fine :
        List.of(
            "Host: localhost",
            "Host: LOCALHOST:80",
            "Host: 127.0.0.1:8725",
            "Host: [::1]:8725",
            "Host: localhost:8725\r\nOrigin: http://localhost:8725\r\nSec-Fetch-Site: same-origin",
            "Host: localhost\r\nSec-Fetch-Site: none")) {
      String answer =
          raw(server, "GET /healthz HTTP/1.1\r\n" + fine + "\r\nConnection: close\r\n\r\n");
      assertThat(answer).as(fine).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void thePageIsItsOwnAndSaysSo() throws IOException, InterruptedException {
    HttpResponse<String> page = server.get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(page.headers().firstValue("Server")).isEmpty();
    for (String path : List.of("/style.css", "/app.js", "/pad.js", "/icon.svg")) {
      assertThat(server.get(path).statusCode()).isEqualTo(200);
      assertThat(page.body() + server.get("/app.js").body()).contains(path.substring(1));
    }
    assertThat(page.body()).doesNotContain("http://").doesNotContain("https://");
  }

  @Test
  void metricsCount() throws IOException, InterruptedException {
    String question = TestServer.question(28, TestServer.one(28), "");
    assertThat(server.post("/v1/classify", question).statusCode()).isEqualTo(200);
    assertThat(server.post("/v1/classify", "{").statusCode()).isEqualTo(400);
    HttpResponse<String> response = server.get("/metrics");
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/plain; version=0.0.4");
    assertThat(response.body())
        .containsPattern(
            "lanewise_http_requests_total\\{route=\"/v1/classify\",status=\"200\"} [1-9]")
        .containsPattern(
            "lanewise_http_requests_total\\{route=\"/v1/classify\",status=\"400\"} [1-9]")
        .containsPattern("lanewise_answer_seconds_count\\{backend=\"\\w+\",model=\"knn\"} [1-9]")
        .contains("lanewise_ready 1", "lanewise_queue_length 0")
        .contains("# TYPE lanewise_http_request_seconds histogram");
  }

  @Test
  void bodiesThatAreTooLong() throws IOException, InterruptedException {
    String body = " ".repeat(Limits.defaults().bodyBytes() + 1);
    String head =
        "POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    assertThat(raw(server, head + "Content-Length: " + body.length() + "\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ");
    assertThat(raw(server, head + "Content-Length: 99999999999999\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ");
    String chunk = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
    String[] parts = new String[19];
    java.util.Arrays.fill(parts, chunk);
    parts[0] = head + "Transfer-Encoding: chunked\r\n\r\n";
    parts[18] = "1\r\n \r\n";
    assertThat(raw(server, parts)).startsWith("HTTP/1.1 413 ");
  }

  @Test
  void slowBodiesTimeOut() throws IOException, InterruptedException {
    Limits limits = limits(100, 100, Duration.ofMillis(400));
    try (TestServer hasty =
        new TestServer(TestServer.few(), PageServer.Options.quiet(models).with(limits))) {
      String head =
          """
          POST /v1/classify HTTP/1.1\r
          Host: localhost\r
          Content-Type: application/json\r
          Content-Length: 1000\r
          \r
          """;
      String answer = raw(hasty, head);
      assertThat(answer).startsWith("HTTP/1.1 408 ").contains("application/problem+json");
      assertThat(answer).contains("Connection: close").doesNotContain("Exception");
      // Drop by drop, so that the connection is never idle.
      String[] drops = new String[40];
      java.util.Arrays.fill(drops, " ");
      drops[0] = head;
      assertThat(raw(hasty, drops)).startsWith("HTTP/1.1 408 ");
    }
  }

  @Test
  void moreThanTheLimitsAllowIsRefusedWithATimeToComeBack()
      throws IOException, InterruptedException {
    // Nobody is let in; nothing is to be overtaken.
    try (TestServer full =
        new TestServer(
            TestServer.few(),
            PageServer.Options.quiet(models).with(limits(0, 1, Duration.ofSeconds(9))))) {
      HttpResponse<String> response =
          full.post("/v1/classify", TestServer.question(28, TestServer.one(28), ""));
      isProblem(response, 503, "too many requests at once");
      assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
      assertThat(full.get("/healthz").statusCode()).isEqualTo(200);
      assertThat(full.get("/metrics").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aFullQueueBeforeTheEngineIsRefusedAndCounted() throws IOException, InterruptedException {
    try (TestServer full =
        new TestServer(
            TestServer.few(),
            PageServer.Options.quiet(models).with(limits(10, 0, Duration.ofSeconds(9))))) {
      String question = TestServer.question(28, TestServer.one(28), "");
      for (String path : List.of("/v1/classify", "/v1/neighbors")) {
        HttpResponse<String> response = full.post(path, question);
        isProblem(response, 503, "too many requests are waiting");
        assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
      }
      assertThat(full.get("/metrics").body())
          .contains("lanewise_http_requests_total{route=\"/v1/classify\",status=\"503\"} 1");
    }
  }

  @Test
  void questionsThatWaitTogetherAreAnsweredAsIfAlone() throws IOException, InterruptedException {
    Random random = new Random(3);
    List<String> questions = new ArrayList<>();
    List<JsonNode> alone = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      int[] pixels = new int[784];
      int row = random.nextInt(TestServer.few().test().size());
      for (int j = 0; j < pixels.length; j++) {
        pixels[j] = TestServer.few().test().images().get(row, j);
      }
      String more =
          ", \"k\": "
              + (1 + random.nextInt(9))
              + ", \"metric\": \""
              + (random.nextBoolean() ? "l1" : "l2")
              + "\"";
      questions.add(TestServer.question(28, pixels, more));
      alone.add(untimed(server.post("/v1/classify", questions.get(i))));
    }
    double searches = searches();
    List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
    for (String question : questions) {
      asked.add(
          server.client.sendAsync(
              server
                  .request("/v1/classify")
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(question))
                  .build(),
              HttpResponse.BodyHandlers.ofString()));
    }
    for (int i = 0; i < questions.size(); i++) {
      assertThat(untimed(asked.get(i).join())).isEqualTo(alone.get(i));
    }
    assertThat(searches() - searches).isBetween(2.0, 60.0);
  }

  private static JsonNode untimed(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return TestServer.MAPPER.readTree(
        response.body().replaceAll("\"milliseconds\":[0-9.Ee-]+", "\"milliseconds\":0"));
  }

  private static double searches() throws IOException, InterruptedException {
    return server
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("lanewise_searches_total "))
        .mapToDouble(line -> Double.parseDouble(line.split(" ", -1)[1]))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void answersInTheMakingAreFinishedBeforeTheServerStops()
      throws IOException, InterruptedException {
    TestServer stopping =
        new TestServer(TestServer.few(), PageServer.Options.quiet(models).with(unhurried()));
    stopping.server.awaitReady();
    String body = TestServer.question(28, TestServer.one(28), "");
    String head =
        "POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: "
            + body.length()
            + "\r\n\r\n";
    try (Socket socket =
        new Socket(stopping.server.uri().getHost(), stopping.server.uri().getPort())) {
      socket.setSoTimeout(30_000);
      OutputStream out = socket.getOutputStream();
      out.write((head + body.substring(0, 10)).getBytes(StandardCharsets.UTF_8));
      out.flush();
      // Until the request is being answered: it is counted.
      String metrics = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      while (!raw(stopping, metrics).contains("requests_in_flight 2.0")) {
        Thread.sleep(5);
      }
      int port = stopping.server.uri().getPort();
      CompletableFuture<Void> closing = CompletableFuture.runAsync(stopping.server::close);
      // Until it takes no more connections.
      while (accepts(port)) {
        Thread.sleep(5);
      }
      assertThat(closing).isNotDone();
      out.write(body.substring(10).getBytes(StandardCharsets.UTF_8));
      out.flush();
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 200 ").contains("\"neighbors\"");
      closing.join();
    } finally {
      stopping.close();
    }
  }

  /** What comes too late is no fault of its sender. */
  @Test
  void aBodyThatDoesNotComeBeforeTheServerStopsIsSentElsewhere() throws IOException {
    TestServer stopping = new TestServer(TestServer.few(), PageServer.Options.quiet(models));
    int port = stopping.server.uri().getPort();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      assertThat(ask(socket, QUESTION_TO_COME, "\r\n\r\n")).startsWith("HTTP/1.1 100 ");
      CompletableFuture<Void> closing = CompletableFuture.runAsync(stopping.server::close);
      String answer = new String(all(socket.getInputStream()), StandardCharsets.UTF_8);
      assertThat(answer)
          .startsWith("HTTP/1.1 503 ")
          .contains("Connection: close", "Retry-After: 1", "the server is stopping");
      closing.join();
    } finally {
      stopping.close();
    }
  }

  @Test
  void requestsThatComeWhileTheServerStopsAreToldSo() throws IOException, InterruptedException {
    TestServer stopping =
        new TestServer(TestServer.few(), PageServer.Options.quiet(models).with(unhurried()));
    int port = stopping.server.uri().getPort();
    String health = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    List<Socket> connections = new ArrayList<>();
    try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), port)) {
      // A request whose body is still to come keeps the server from being done.
      assertThat(ask(slow, QUESTION_TO_COME, "\r\n\r\n")).startsWith("HTTP/1.1 100 ");
      // Several: one that is idle may be answered still, or be closed.
      for (int i = 0; i < 5; i++) {
        Socket idle = new Socket(InetAddress.getLoopbackAddress(), port);
        connections.add(idle);
        assertThat(ask(idle, health, "}")).startsWith("HTTP/1.1 200 ");
      }
      CompletableFuture<Void> closing = CompletableFuture.runAsync(stopping.server::close);
      // Until it takes no more connections.
      while (accepts(port)) {
        Thread.sleep(5);
      }
      List<String> answers = new ArrayList<>();
      for (Socket idle : connections) {
        answers.add(ask(idle, health, "}"));
      }
      assertThat(answers)
          .anySatisfy(
              answer ->
                  assertThat(answer)
                      .startsWith("HTTP/1.1 503 ")
                      .contains("Connection: close", "Retry-After: 1", "the server is stopping"));
      assertThat(closing).isNotDone();
    } finally {
      for (Socket idle : connections) {
        idle.close();
      }
      stopping.close();
    }
  }

  /** Sends a request; returns what comes back, up to and with its end, if it comes. */
  private static String ask(Socket socket, String request, String end) throws IOException {
    StringBuilder answer = new StringBuilder();
    socket.setSoTimeout(30_000);
    try {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      int next;
      while (answer.indexOf(end) < 0 && (next = in.read()) >= 0) {
        answer.append((char) next);
      }
    } catch (SocketException e) {
      // Closed by the server.
    }
    return answer.toString();
  }

  private static boolean accepts(int port) {
    try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return probe.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void modelsAreReadAgainAndDamagedOnesTrainedAgain(@TempDir Path folder)
      throws IOException, InterruptedException {
    ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    PageServer.Options quiet = PageServer.Options.quiet(folder.resolve("new"));
    PageServer.Options options =
        new PageServer.Options(
            quiet.host(), 0, List.of(), quiet.models(), quiet.limits(), quiet.progress(), log::add);
    JsonNode first = models(options);
    assertThat(first.path(0).path("fromFile").asBoolean()).isFalse();
    assertThat(first.path(0).path("accuracy").asDouble()).isGreaterThan(.85);
    List<Path> files;
    try (Stream<Path> list = Files.list(options.models())) {
      files = list.sorted().toList();
    }
    assertThat(files).hasSize(2);
    JsonNode second = models(options);
    for (int i = 0; i < 2; i++) {
      assertThat(second.path(i).path("fromFile").asBoolean()).isTrue();
      assertThat(second.path(i).path("accuracy")).isEqualTo(first.path(i).path("accuracy"));
    }
    assertThat(log).isEmpty();
    byte[] bytes = Files.readAllBytes(files.getFirst());
    bytes[bytes.length / 2] ^= 1;
    Files.write(files.getFirst(), bytes);
    Files.write(files.get(1), new byte[0]);
    JsonNode third = models(options);
    assertThat(third.path(0).path("fromFile").asBoolean()).isFalse();
    assertThat(third.path(1).path("fromFile").asBoolean()).isFalse();
    assertThat(log).hasSize(2).allMatch(line -> line.contains("cannot be used, training again"));
    assertThat(models(options).path(0).path("fromFile").asBoolean()).isTrue();
  }

  private static JsonNode models(PageServer.Options options)
      throws IOException, InterruptedException {
    try (TestServer one = new TestServer(TestServer.few(), options)) {
      one.server.awaitReady();
      assertThat(one.server.ready()).isTrue();
      return TestServer.json(one.get("/v1/models")).path("models");
    }
  }

  @Test
  void aFolderThatCannotBeWrittenCostsALineAndNoMore(@TempDir Path folder)
      throws IOException, InterruptedException {
    ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    PageServer.Options quiet = PageServer.Options.quiet(file);
    models(
        new PageServer.Options(
            quiet.host(), 0, List.of(), file, quiet.limits(), quiet.progress(), log::add));
    assertThat(log).hasSize(2).allMatch(line -> line.contains("cannot be saved in " + file));
  }
}
