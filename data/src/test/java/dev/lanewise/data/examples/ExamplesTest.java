package dev.lanewise.data.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.lanewise.data.format.NpyArray;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples do what they say. */
class ExamplesTest {

  @TempDir Path directory;

  @Test
  void dataAndRandomRun() {
    FloatMatrix small = Examples.data();
    assertThat(small.shape()).isEqualTo("800 x 196");
    assertThat(Examples.random()).containsExactly(3, 5, 8, 6, 1, 4, 0, 9, 7, 2);
  }

  @Test
  void fetchRunsWithoutItsMirror() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    try {
      List<String> log = new ArrayList<>();
      URI mirror = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mnist/");
      assertThat(Examples.fetch(mirror, directory, log::add).train().size()).isEqualTo(9_000);
      assertThat(log).singleElement().asString().contains(mirror.toString()).contains("404");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void formatRuns() {
    FloatMatrix x = FloatMatrix.copyOf(new float[][] {{0, 1, 2}, {1, 0, 2}});
    try (Engine engine = Engine.builder().threads(1).open()) {
      SequencedMap<String, NpyArray> arrays =
          Examples.format(engine, x, new int[] {0, 1}, directory.resolve("model.npz"));
      assertThat(arrays.get("weight")).isNotNull();
      assertThat(arrays.firstEntry().getValue().shape()).containsExactly(3, 2);
    }
  }
}
