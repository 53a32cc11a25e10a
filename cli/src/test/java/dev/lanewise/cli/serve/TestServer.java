package dev.lanewise.cli.serve;

import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.TrainTest;
import dev.lanewise.engine.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server on a small part of the embedded images, and a client for it. */
final class TestServer implements AutoCloseable {

  static final JsonMapper MAPPER = JsonMapper.builder().build();

  private static final TrainTest FEW = read();

  private static TrainTest read() {
    TrainTest all = DataCatalog.embedded().mnist();
    return new TrainTest(all.train().rows(0, 2000), all.test().rows(0, 300));
  }

  /** Enough to tell digits apart, few enough to train in no time. */
  static TrainTest few() {
    return FEW;
  }

  final HttpClient client = HttpClient.newHttpClient();
  final Engine engine = Engine.builder().threads(2).open();
  final PageServer server;

  TestServer(TrainTest data, PageServer.Options options) {
    try {
      server = new PageServer(engine, data, options);
      server.start();
    } catch (IOException e) {
      engine.close();
      throw new UncheckedIOException(e);
    }
  }

  static TestServer ready(Path models) throws InterruptedException {
    TestServer started = new TestServer(few(), PageServer.Options.quiet(models));
    started.server.awaitReady();
    return started;
  }

  URI uri(String path) {
    return server.uri().resolve(path);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(60));
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
    return client.send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  static JsonNode json(HttpResponse<String> response) {
    return MAPPER.readTree(response.body());
  }

  /** A request for one image, with more keys. */
  static String question(int side, int[] pixels, String more) {
    return "{\"images\": [" + image(side, pixels) + "]" + more + "}";
  }

  static String image(int side, int... pixels) {
    return "{\"side\": "
        + side
        + ", \"pixels\": ["
        + Arrays.stream(pixels).mapToObj(Integer::toString).collect(Collectors.joining(","))
        + "]}";
  }

  /** A vertical bar. */
  static int[] one(int side) {
    int[] pixels = new int[side * side];
    for (int y = side / 6; y < side - side / 6; y++) {
      for (int x = side / 2 - side / 20 - 1; x < side / 2 + side / 20 + 1; x++) {
        pixels[y * side + x] = 255;
      }
    }
    return pixels;
  }

  @Override
  public void close() {
    server.close();
    client.close();
    engine.close();
  }
}
