package com.example.digits;

import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.ImageSet;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.KnnClassifier;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.Votes;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A service on Helidon: {@code POST /classify} with the 784 bytes of an image answers with the
 * digit, {@code GET /engine} says what computes.
 *
 * <p>The index is built once and kept in a file; the next start opens it in milliseconds. Helidon
 * gives each request a virtual thread; all of them search the one index.
 */
final class Service {

  private static final int PIXELS = 28 * 28;
  private static final int K = 3;

  private final Engine engine;
  private final KnnClassifier classifier;

  private Service(Engine engine, Path file) {
    this.engine = engine;
    ImageSet digits = DataCatalog.embedded().mnist().train();
    if (Files.notExists(file)) {
      NearestNeighbors.of(engine, digits.images(), Distance.L2).save(file);
    }
    classifier =
        new KnnClassifier(NearestNeighbors.open(engine, file), digits.labels(), Votes.plurality());
  }

  private void routes(HttpRouting.Builder routing) {
    routing.get("/engine", (_, response) -> response.send(engine.info().reason()));
    routing.post("/classify", this::classify);
  }

  private void classify(ServerRequest request, ServerResponse response) {
    byte[] pixels = request.content().as(byte[].class);
    if (pixels.length != PIXELS) {
      response.status(Status.BAD_REQUEST_400).send("an image is " + PIXELS + " bytes");
      return;
    }
    int[] digit = classifier.predict(ByteMatrix.copyOf(pixels, 1, PIXELS), K);
    response.send(Integer.toString(digit[0]));
  }

  /**
   * @param args the port, 0 for any that is free, and the file of the index
   */
  public static void main(String[] args) {
    Engine engine = Engine.open(); // For as long as the process lives.
    Service service = new Service(engine, Path.of(args[1]));
    WebServer server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(Integer.parseInt(args[0]))
            .routing(service::routes)
            .build()
            .start();
    System.out.println("listening on " + server.port());
  }
}
