package dev.lanewise.data.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.DataSetInfo;
import dev.lanewise.data.MissingDataException;
import dev.lanewise.data.format.Checksum;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Downloads from a server on this machine that does what mirrors do on a bad day. */
@Timeout(30)
class FetcherTest {
  private static final Progress SILENT = (file, done, total) -> {};
  private static final byte[] CONTENT = content();
  private static final byte[] PACKED = pack(CONTENT);
  private static final DataSetInfo.File FILE =
      new DataSetInfo.File("pixels", CONTENT.length, Checksum.sha256(CONTENT));

  @TempDir private Path directory;
  private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final CountDownLatch stalled = new CountDownLatch(1);
  private HttpServer server;
  private Answer answer;

  /** What the server does with a request, counted from 1. */
  @FunctionalInterface
  private interface Answer {
    void to(HttpExchange exchange, int request) throws IOException;
  }

  @BeforeEach
  void startServer() throws IOException {
    answer = FetcherTest::serve;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(executor);
    AtomicInteger requests = new AtomicInteger();
    server.createContext(
        "/mirror/",
        exchange -> {
          ranges.add(String.valueOf(exchange.getRequestHeaders().getFirst("Range")));
          try (exchange) {
            answer.to(exchange, requests.incrementAndGet());
          }
        });
    server.start();
  }

  @AfterEach
  void stopServer() {
    stalled.countDown();
    server.stop(0);
    executor.shutdownNow();
  }

  @Test
  void downloadsAndReportsProgress() throws IOException {
    List<Long> progress = new ArrayList<>();
    List<Path> files =
        fetcher()
            .fetch(
                "mnist",
                (file, done, total) -> {
                  assertThat(file).isEqualTo("pixels.gz");
                  assertThat(total).isEqualTo(PACKED.length);
                  progress.add(done);
                });
    assertThat(files).containsExactly(target());
    assertThat(target()).hasBinaryContent(PACKED);
    assertThat(progress).isSorted().startsWith(0L).endsWith((long) PACKED.length);
    assertThat(names()).containsExactly(".lock", "pixels.gz");
  }

  @Test
  void reportsATotalThatNobodyKnows() {
    answer =
        (exchange, request) -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(PACKED);
        };
    fetcher().fetch("mnist", (file, done, total) -> assertThat(total).isEqualTo(Progress.UNKNOWN));
    assertThat(target()).hasBinaryContent(PACKED);
  }

  @Test
  void reportsWhatIsThereOfAnEarlierTry() throws IOException {
    writePart(Arrays.copyOf(PACKED, 1000));
    List<Long> progress = new ArrayList<>();
    fetcher()
        .fetch(
            "mnist",
            (file, done, total) -> {
              assertThat(total).isEqualTo(PACKED.length);
              progress.add(done);
            });
    assertThat(progress).isSorted().startsWith(1000L).endsWith((long) PACKED.length);
  }

  @Test
  void asksForTheFilesOfMnist() {
    answer = (exchange, request) -> exchange.sendResponseHeaders(404, -1);
    assertThatExceptionOfType(FetchException.class)
        .isThrownBy(() -> new Fetcher(mirror(), directory).fetch("mnist", SILENT))
        .withMessageContaining("/mirror/train-images-idx3-ubyte.gz");
  }

  @Test
  void leavesAloneWhatIsThere() {
    fetcher().fetch("mnist", SILENT);
    fetcher().fetch("mnist", SILENT);
    assertThat(ranges).hasSize(1);
  }

  @Test
  void acceptsAnUnpackedFile() throws IOException {
    Files.createDirectories(target().getParent());
    Path plain = target().resolveSibling("pixels");
    Files.write(plain, CONTENT);
    assertThat(fetcher().fetch("mnist", SILENT)).containsExactly(plain);
    assertThat(ranges).isEmpty();
  }

  @Test
  void replacesAFileWithOtherContent() throws IOException {
    Files.createDirectories(target().getParent());
    Files.write(target(), pack(new byte[] {1, 2, 3}));
    Files.write(target().resolveSibling("pixels"), new byte[] {1, 2, 3});
    fetcher().fetch("mnist", SILENT);
    assertThat(target()).hasBinaryContent(PACKED);
    assertThat(names()).containsExactly(".lock", "pixels.gz");
  }

  @Test
  void goesOnWhereTheServerBrokeOff() throws IOException {
    answer =
        (exchange, request) -> {
          if (request == 1) {
            breakOff(exchange);
          } else {
            serve(exchange, request);
          }
        };
    fetcher().fetch("mnist", SILENT);
    assertThat(target()).hasBinaryContent(PACKED);
    assertThat(ranges).hasSize(2).startsWith("null");
    assertThat(ranges.get(1)).matches("bytes=[1-9][0-9]*-");
    assertThat(names()).containsExactly(".lock", "pixels.gz");
  }

  @Test
  void keepsWhatCameForTheNextTime() throws IOException {
    answer = (exchange, request) -> breakOffAtOnceAfter(exchange, request);
    assertThatExceptionOfType(FetchException.class)
        .isThrownBy(() -> fetcher().fetch("mnist", SILENT))
        .withMessageContaining("4 tries")
        .withMessageContaining("is kept");
    assertThat(names()).containsExactly(".lock", ".pixels.gz.part");
    answer = FetcherTest::serve;
    fetcher().fetch("mnist", SILENT);
    assertThat(target()).hasBinaryContent(PACKED);
    assertThat(ranges.getLast()).matches("bytes=[1-9][0-9]*-");
  }

  @Test
  void startsAgainWhenTheServerIgnoresRange() throws IOException {
    writePart(Arrays.copyOf(PACKED, 1000));
    answer = (exchange, request) -> whole(exchange, PACKED);
    fetcher().fetch("mnist", SILENT);
    assertThat(ranges).containsExactly("bytes=1000-");
    assertThat(target()).hasBinaryContent(PACKED);
  }

  @Test
  void startsAgainWhenTheServerSendsAnotherRange() throws IOException {
    writePart(Arrays.copyOf(PACKED, 1000));
    answer =
        (exchange, request) -> {
          if (request == 1) {
            exchange
                .getResponseHeaders()
                .set("Content-Range", "bytes 5-" + (PACKED.length - 1) + "/" + PACKED.length);
            exchange.sendResponseHeaders(206, PACKED.length - 5);
            exchange.getResponseBody().write(PACKED, 5, PACKED.length - 5);
          } else {
            serve(exchange, request);
          }
        };
    fetcher().fetch("mnist", SILENT);
    assertThat(ranges).containsExactly("bytes=1000-", "null");
    assertThat(target()).hasBinaryContent(PACKED);
  }

  @Test
  void startsAgainWhenTheBeginningWasOfAnotherFile() throws IOException {
    writePart(new byte[1000]);
    fetcher().fetch("mnist", SILENT);
    assertThat(ranges).containsExactly("bytes=1000-", "null");
    assertThat(target()).hasBinaryContent(PACKED);
  }

  @Test
  void startsAgainWhenTheBeginningIsTooLong() throws IOException {
    writePart(Arrays.copyOf(PACKED, PACKED.length + 10));
    fetcher().fetch("mnist", SILENT);
    assertThat(ranges).containsExactly("bytes=" + (PACKED.length + 10) + "-", "null");
    assertThat(target()).hasBinaryContent(PACKED);
  }

  @Test
  void takesACompletePartWithoutAsking() throws IOException {
    writePart(PACKED);
    fetcher().fetch("mnist", SILENT);
    assertThat(ranges).isEmpty();
    assertThat(target()).hasBinaryContent(PACKED);
  }

  @Test
  void refusesWrongBytes() throws IOException {
    byte[] wrong = CONTENT.clone();
    wrong[CONTENT.length / 2]++;
    refuses(pack(wrong), "SHA-256");
  }

  @Test
  void refusesAPageInsteadOfAFile() throws IOException {
    refuses("<html>sign in</html>".getBytes(StandardCharsets.UTF_8), "SHA-256");
  }

  @Test
  void refusesAGzipBomb() throws IOException {
    refuses(pack(new byte[50_000_000]), "goes on after " + CONTENT.length + " bytes");
  }

  @Test
  void refusesAShorterLengthThanTheFiles() throws IOException {
    refuses(Arrays.copyOf(PACKED, PACKED.length - 100), "ends within");
  }

  @Test
  void stopsAnEndlessBody() throws IOException {
    answer =
        (exchange, request) -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] noise = new byte[1 << 16];
          new Random(1).nextBytes(noise);
          for (int i = 0; i < 100; i++) {
            exchange.getResponseBody().write(noise);
          }
        };
    assertThatExceptionOfType(FetchException.class)
        .isThrownBy(() -> fetcher().fetch("mnist", SILENT))
        // a thousandth and 1 KiB more than the content
        .withMessageContaining("longer than 201224 bytes");
    assertThat(names()).containsExactly(".lock");
  }

  @Test
  void survivesALongerLengthThanTheFiles() throws IOException {
    answer =
        (exchange, request) -> {
          exchange.sendResponseHeaders(200, PACKED.length + 100L);
          exchange.getResponseBody().write(PACKED);
          exchange.getResponseBody().flush();
        };
    // everything came and its checksum is right: no reason to complain about the server
    fetcher().fetch("mnist", SILENT);
    assertThat(target()).hasBinaryContent(PACKED);
    assertThat(names()).containsExactly(".lock", "pixels.gz");
  }

  @Test
  void givesUpOnAServerThatStalls() throws IOException {
    answer =
        (exchange, request) -> {
          exchange.sendResponseHeaders(200, PACKED.length);
          exchange.getResponseBody().write(PACKED, 0, 100);
          exchange.getResponseBody().flush();
          awaitOpen(stalled);
        };
    assertThatExceptionOfType(FetchException.class)
        .isThrownBy(() -> fetcher(Duration.ofMillis(150)).fetch("mnist", SILENT))
        .withMessageMatching("(?s).*(nothing came|timed out).*");
    assertThat(target()).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 403})
  void reportsWhatTheServerRefuses(int status) throws IOException {
    answer = (exchange, request) -> exchange.sendResponseHeaders(status, -1);
    assertThatExceptionOfType(FetchException.class)
        .isThrownBy(() -> fetcher().fetch("mnist", SILENT))
        .withMessageContaining("answered " + status)
        .withMessageContaining("/mirror/pixels.gz");
    assertThat(ranges).hasSize(1);
    assertThat(names()).containsExactly(".lock");
  }

  @Test
  void triesAgainAfterAServersError() throws IOException {
    answer =
        (exchange, request) -> {
          if (request < 3) {
            exchange.sendResponseHeaders(500, -1);
          } else {
            serve(exchange, request);
          }
        };
    fetcher().fetch("mnist", SILENT);
    assertThat(target()).hasBinaryContent(PACKED);
  }

  @Test
  void reportsAServersLastingError() throws IOException {
    answer = (exchange, request) -> exchange.sendResponseHeaders(500, -1);
    assertThatExceptionOfType(FetchException.class)
        .isThrownBy(() -> fetcher().fetch("mnist", SILENT))
        .withMessageContaining("answered 500");
    assertThat(names()).containsExactly(".lock");
  }

  @Test
  void reportsAServerThatIsNotThere() {
    server.stop(0);
    assertThatExceptionOfType(FetchException.class)
        .isThrownBy(() -> fetcher().fetch("mnist", SILENT))
        .withMessageContaining("could not download");
  }

  @Test
  void pausesLongerBeforeEveryTry() {
    List<Long> requests = Collections.synchronizedList(new ArrayList<>());
    answer =
        (exchange, request) -> {
          requests.add(System.nanoTime());
          exchange.sendResponseHeaders(500, -1);
        };
    Fetcher fetcher =
        new Fetcher(
            mirror(), directory, List.of(FILE), Duration.ofSeconds(5), Duration.ofMillis(30));
    assertThatExceptionOfType(FetchException.class)
        .isThrownBy(() -> fetcher.fetch("mnist", SILENT));
    assertThat(requests).hasSize(4);
    for (int i = 1; i < 4; i++) {
      // the time between two answers is the pause and what the machine adds
      assertThat(Duration.ofNanos(requests.get(i) - requests.get(i - 1)))
          .isGreaterThan(Duration.ofMillis(20L << (i - 1)));
    }
  }

  @Test
  void endsWhenItIsInterrupted() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    answer =
        (exchange, request) -> {
          exchange.sendResponseHeaders(200, PACKED.length);
          exchange.getResponseBody().write(PACKED, 0, 100);
          exchange.getResponseBody().flush();
          asked.countDown();
          awaitOpen(stalled);
        };
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    assertThatExceptionOfType(FetchException.class)
                        .isThrownBy(() -> fetcher(Duration.ofSeconds(25)).fetch("mnist", SILENT))
                        .withMessage("the download of mnist was interrupted");
                    interrupted.complete(Thread.currentThread().isInterrupted());
                  } catch (AssertionError e) {
                    interrupted.completeExceptionally(e);
                  }
                });
    assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
    thread.interrupt();
    assertThat(interrupted.get(20, TimeUnit.SECONDS)).isTrue();
    assertThat(names()).contains(".lock").doesNotContain("pixels.gz");
  }

  @Test
  void leavesNoThreadOfItsClient() throws InterruptedException {
    List<Thread> during = new ArrayList<>();
    fetcher().fetch("mnist", (file, done, total) -> during.addAll(clientThreads()));
    assertThat(during).isNotEmpty();
    for (Thread thread : during) {
      thread.join(Duration.ofSeconds(10));
      assertThat(thread.isAlive()).as(thread.getName()).isFalse();
    }
  }

  @Test
  void downloadsOnceForTwoAtATime() throws Exception {
    Future<List<Path>> first = executor.submit(() -> fetcher().fetch("mnist", SILENT));
    Future<List<Path>> second = executor.submit(() -> fetcher().fetch("mnist", SILENT));
    assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(second.get(20, TimeUnit.SECONDS));
    assertThat(ranges).hasSize(1);
    assertThat(target()).hasBinaryContent(PACKED);
  }

  @Test
  void downloadsOnceForTwoProcesses() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    answer =
        (exchange, request) -> {
          asked.countDown();
          awaitOpen(goOn);
          serve(exchange, request);
        };
    Future<List<Path>> ours =
        executor.submit(() -> fetcher(Duration.ofSeconds(25)).fetch("mnist", SILENT));
    assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
    Process process =
        FetchProcess.of(mirror(), directory, FILE.bytes(), FILE.sha256())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader theirs = process.inputReader()) {
      assertThat(theirs.readLine()).isEqualTo(FetchProcess.STARTS);
      // time enough for a process that does not wait for ours to ask the server, too
      assertThat(process.waitFor(1, TimeUnit.SECONDS)).isFalse();
      goOn.countDown();
      assertThat(theirs.readLine()).isEqualTo(target().toString());
      assertThat(process.waitFor()).isZero();
    } finally {
      goOn.countDown();
      process.destroyForcibly();
    }
    assertThat(ours.get(20, TimeUnit.SECONDS)).containsExactly(target());
    assertThat(ranges).hasSize(1);
    assertThat(names()).containsExactly(".lock", "pixels.gz");
  }

  @Test
  void knowsTheDataSets() {
    assertThat(fetcher().fetch("mini-mnist", SILENT)).isEmpty();
    assertThatExceptionOfType(MissingDataException.class)
        .isThrownBy(() -> fetcher().fetch("notmnist", SILENT))
        .withMessageContaining("LANEWISE_DATA")
        .withMessageContaining(directory.toString());
    assertThatExceptionOfType(MissingDataException.class)
        .isThrownBy(() -> Fetcher.toCache().fetch("notmnist", SILENT))
        .withMessageContaining(DataCatalog.cacheDirectory().toString());
    assertThatIllegalArgumentException().isThrownBy(() -> fetcher().fetch("../x", SILENT));
    assertThat(ranges).isEmpty();
  }

  private void refuses(byte[] served, String why) throws IOException {
    answer = (exchange, request) -> whole(exchange, served);
    assertThatExceptionOfType(FetchException.class)
        .isThrownBy(() -> fetcher().fetch("mnist", SILENT))
        .withMessageContaining("does not give the published file")
        .withMessageContaining(why);
    assertThat(names()).containsExactly(".lock");
  }

  private Fetcher fetcher() {
    return fetcher(Duration.ofSeconds(5));
  }

  private Fetcher fetcher(Duration timeout) {
    return new Fetcher(mirror(), directory, List.of(FILE), timeout, Duration.ofMillis(1));
  }

  private URI mirror() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mirror/");
  }

  private Path target() {
    return directory.resolve("mnist/pixels.gz");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("mnist"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void writePart(byte[] bytes) throws IOException {
    Files.createDirectories(target().getParent());
    Files.write(target().resolveSibling(".pixels.gz.part"), bytes);
  }

  private static List<Thread> clientThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("HttpClient-"))
        .toList();
  }

  private static void awaitOpen(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A server as it should be. */
  private static void serve(HttpExchange exchange, int request) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (range == null) {
      whole(exchange, PACKED);
      return;
    }
    int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
    if (from >= PACKED.length) {
      exchange.sendResponseHeaders(416, -1);
      return;
    }
    exchange
        .getResponseHeaders()
        .set("Content-Range", "bytes " + from + "-" + (PACKED.length - 1) + "/" + PACKED.length);
    exchange.sendResponseHeaders(206, PACKED.length - from);
    exchange.getResponseBody().write(PACKED, from, PACKED.length - from);
  }

  private static void whole(HttpExchange exchange, byte[] bytes) throws IOException {
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static void breakOff(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, PACKED.length);
    OutputStream body = exchange.getResponseBody();
    body.write(PACKED, 0, PACKED.length / 2);
    body.flush();
    throw new IOException("the server breaks off");
  }

  private static void breakOffAtOnceAfter(HttpExchange exchange, int request) throws IOException {
    if (request == 1) {
      breakOff(exchange);
    }
    throw new IOException("the server does not answer");
  }

  private static byte[] content() {
    byte[] bytes = new byte[200_000];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  private static byte[] pack(byte[] bytes) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }
}
