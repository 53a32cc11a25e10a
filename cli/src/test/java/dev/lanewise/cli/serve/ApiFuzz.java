package dev.lanewise.cli.serve;

import static dev.lanewise.cli.fuzz.Scratch.require;

import dev.lanewise.cli.experiment.Progress;
import dev.lanewise.cli.fuzz.Scratch;
import dev.lanewise.data.TrainTest;
import dev.lanewise.engine.Engine;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpTester;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Server;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The server without a socket. The first byte chooses what the rest is: the body of a question to
 * one of the two places that take one, or all of what a client sends. Every answer is one that
 * {@code openapi.yaml} knows, and a question that was answered was one. The models are not trained:
 * what they say does not depend on how a question is written.
 */
public final class ApiFuzz {

  private static final Set<Integer> ANSWERS = Set.of(200, 400, 422);

  /** Of every answer on a connection; no body here has such a line. */
  private static final Pattern STATUS = Pattern.compile("^HTTP/1\\.1 (\\d{3}) ", Pattern.MULTILINE);

  /** More than a request takes that is there as a whole. */
  private static final Duration SENDING = Duration.ofMillis(50);

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private static final LocalConnector CONNECTOR = start();

  private ApiFuzz() {}

  private static LocalConnector start() {
    TrainTest few =
        new TrainTest(TestServer.few().train().rows(0, 200), TestServer.few().test().rows(0, 50));
    Workbench workbench =
        new Workbench(
            Engine.builder().threads(1).open(),
            few,
            Scratch.path("models"),
            Progress.SILENT,
            line -> {});
    Limits limits = Limits.defaults();
    Metrics metrics = new Metrics();
    Server server = new Server();
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    LocalConnector connector = new LocalConnector(server, new HttpConnectionFactory(http));
    server.addConnector(connector);
    Answers answers = new Answers(workbench, limits, metrics);
    Api api =
        new Api(
            answers,
            workbench,
            new Desk<>(answers, 1, limits.queue(), limits.longestWait(), limits.answer()),
            new Gate(InetAddress.getLoopbackAddress(), "localhost", List.of()),
            limits,
            metrics);
    server.setErrorHandler(api.errors());
    server.setHandler(api);
    try {
      server.start();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return connector;
  }

  /** Before the first input, so that starting is no part of what it takes. */
  public static void fuzzerInitialize() {
    require(CONNECTOR.isStarted(), "the server has not started");
  }

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    if (input.length == 0) {
      return;
    }
    byte[] rest = java.util.Arrays.copyOfRange(input, 1, input.length);
    switch (input[0]) {
      case 'r' -> raw(rest);
      case 'n' -> question("/v1/neighbors", rest);
      default -> question("/v1/classify", rest);
    }
  }

  private static void raw(byte[] request) throws Exception {
    try (LocalConnector.LocalEndPoint client = CONNECTOR.connect()) {
      // An answer may be made on the thread that brings the input, and wait there for what follows.
      Thread sender = Thread.startVirtualThread(() -> client.addInput(ByteBuffer.wrap(request)));
      sender.join(SENDING);
      // A client that sends no more; what it began is then answered or dropped.
      client.addInputEOF();
      client.waitUntilClosedOrIdleFor(1, TimeUnit.SECONDS);
      Matcher status = STATUS.matcher(client.takeOutputString(StandardCharsets.ISO_8859_1));
      while (status.find()) {
        String code = status.group(1);
        // What HTTP has for methods, encodings and versions that a server does not know.
        boolean unknown = code.equals("501") || code.equals("505");
        require(unknown || !code.startsWith("5"), "status " + code);
      }
    }
  }

  private static void question(String path, byte[] body) throws Exception {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(
        """
        POST %s HTTP/1.1\r
        Host: localhost\r
        Content-Type: application/json\r
        Content-Length: %d\r
        Connection: close\r
        \r
        """
            .formatted(path, body.length)
            .getBytes(StandardCharsets.US_ASCII));
    request.writeBytes(body);
    HttpTester.Response response =
        HttpTester.parseResponse(CONNECTOR.getResponse(ByteBuffer.wrap(request.toByteArray())));
    require(ANSWERS.contains(response.getStatus()), "status " + response.getStatus());
    JsonNode answer = MAPPER.readTree(response.getContentBytes());
    if (response.getStatus() == 200) {
      require(asked(body) == answered(path, answer), "images asked for and answered differ");
    } else {
      require(
          answer.path("status").asInt() == response.getStatus()
              && !answer.path("detail").asString("").isEmpty(),
          "a problem without a reason: " + answer);
    }
  }

  private static int asked(byte[] body) {
    try {
      return MAPPER.readTree(body).path("images").size();
    } catch (JacksonException e) {
      throw new IllegalStateException("no JSON, and was answered", e);
    }
  }

  private static int answered(String path, JsonNode answer) {
    JsonNode neighbors = path.endsWith("classify") ? answer.path("neighbors") : answer;
    return neighbors.path("results").size();
  }
}
