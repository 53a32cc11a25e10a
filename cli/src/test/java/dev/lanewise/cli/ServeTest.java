package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The command in a process of its own, and how it ends. */
@DisabledOnOs(OS.WINDOWS)
class ServeTest {

  private static final Pattern LISTENING =
      Pattern.compile("listening on http://[\\d.]+:(\\d+)/\\R(?s:.*)");

  @TempDir private Path folder;

  private Path out;
  private Path err;

  @BeforeEach
  void paths() {
    out = folder.resolve("out");
    err = folder.resolve("err");
  }

  private Process start(String... more) throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    List<String> command =
        Cli.command(
            List.of("--add-modules=jdk.incubator.vector"),
            "serve",
            "--port",
            "0",
            "--models",
            folder.resolve("models").toString(),
            "--data",
            empty.toString());
    command.addAll(List.of(more));
    return new ProcessBuilder(command)
        .redirectOutput(out.toFile())
        .redirectError(err.toFile())
        .start();
  }

  private int port(Process child) throws IOException, InterruptedException {
    for (int i = 0; i < 1200 && child.isAlive(); i++) {
      Matcher listening = LISTENING.matcher(Files.readString(out));
      if (listening.find()) {
        return Integer.parseInt(listening.group(1));
      }
      Thread.sleep(50);
    }
    throw new AssertionError("it does not listen: " + Files.readString(err));
  }

  @Test
  void ctrlCFinishesAnAnswerAndEnds() throws IOException, InterruptedException {
    Signals.assumeInterruptible();
    Process child = start();
    int port = port(child);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        HttpClient client = HttpClient.newHttpClient()) {
      socket.setSoTimeout(60_000);
      String pixels = IntStream.range(0, 784).mapToObj(i -> "0").collect(Collectors.joining(","));
      String body = "{\"images\": [{\"side\": 28, \"pixels\": [" + pixels + "]}]}";
      String head =
          """
          POST /v1/neighbors HTTP/1.1\r
          Host: localhost\r
          Content-Type: application/json\r
          Content-Length: %d\r
          \r
          """
              .formatted(body.length());
      OutputStream to = socket.getOutputStream();
      to.write((head + body.substring(0, 10)).getBytes(StandardCharsets.UTF_8));
      to.flush();
      HttpRequest metrics =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build();
      // Until the request is being answered: it is counted.
      while (!client
          .send(metrics, HttpResponse.BodyHandlers.ofString())
          .body()
          .contains("requests_in_flight 2.0")) {
        Thread.sleep(20);
      }
      Signals.send("INT", child);
      for (int i = 0; i < 600 && !Files.readString(out).contains("stopping"); i++) {
        Thread.sleep(50);
      }
      to.write(body.substring(10).getBytes(StandardCharsets.UTF_8));
      to.flush();
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 200 ")
          .contains("\"neighbors\"");
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.exitValue()).isEqualTo(130);
    assertThat(out)
        .content()
        .contains("backend ", "data: ", "listening on http://127.0.0.1:", "stopping")
        .doesNotContain("note:");
    assertThat(err).content().doesNotContain("Exception").doesNotContain("\tat ");
  }

  @Test
  void whatOthersCanReachIsSaid() throws IOException, InterruptedException {
    Process child = start("--host", "0.0.0.0");
    try {
      assertThat(port(child)).isPositive();
      for (int i = 0; i < 100 && !Files.readString(out).contains("note:"); i++) {
        Thread.sleep(50);
      }
      Signals.send("TERM", child);
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.exitValue()).isEqualTo(143);
    assertThat(Files.readString(out).replaceAll("\\s+", " "))
        .contains(
            "note: this is not the loopback interface; whoever reaches this machine reaches the"
                + " page, without a password and without encryption")
        .endsWith("stopping ");
  }
}
