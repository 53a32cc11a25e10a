package dev.lanewise.cli.serve;

import dev.lanewise.cli.experiment.Progress;
import dev.lanewise.data.TrainTest;
import dev.lanewise.engine.Engine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The page and its API on one port. Each request has a virtual thread; the engine's work is done on
 * a few platform threads with a queue of limited length before them.
 *
 * <p>Thread-safe.
 */
public final class PageServer implements AutoCloseable {

  /** Held here, because a logger that nobody holds forgets its level. */
  private static final Logger JETTY = Logger.getLogger("org.eclipse.jetty");

  /** A browser's headers take about one KiB. */
  private static final int HEADER_BYTES = 16 << 10;

  private final Server server;
  private final ServerConnector connector;
  private final Desk<Answers.Asked, Object> desk;
  private final Workbench workbench;
  private final String host;
  private @Nullable Thread preparing;

  /**
   * How to run a server.
   *
   * @param host the name or address to listen on
   * @param port 0 for any that is free
   * @param allowedHosts more names under which browsers may reach it
   * @param models the folder where trained models are kept
   * @param limits what it takes upon itself
   * @param progress shows training
   * @param log for what goes wrong and does not stop the server
   */
  public record Options(
      String host,
      int port,
      List<String> allowedHosts,
      Path models,
      Limits limits,
      Progress.Factory progress,
      Consumer<String> log) {

    /** On any free port of the loopback interface, silently. */
    public static Options quiet(Path models) {
      return new Options(
          "127.0.0.1", 0, List.of(), models, Limits.defaults(), Progress.SILENT, line -> {});
    }

    /** The same with other limits. */
    public Options with(Limits other) {
      return new Options(host, port, allowedHosts, models, other, progress, log);
    }

    /** Where the user's models are kept. */
    public static Path defaultModels() {
      return ModelStore.defaultFolder();
    }
  }

  /**
   * Does not listen yet.
   *
   * @param engine trains and, on one thread a request, answers; stays the caller's
   * @param data training images, and test images that tell how good the models are
   * @throws IOException if there is no such host
   */
  public PageServer(Engine engine, TrainTest data, Options options) throws IOException {
    JETTY.setLevel(Level.WARNING);
    InetAddress address = InetAddress.getByName(options.host());
    Limits limits = options.limits();
    host = options.host();
    workbench = new Workbench(engine, data, options.models(), options.progress(), options.log());
    Metrics metrics = new Metrics();
    Answers answers = new Answers(workbench, limits, metrics);
    desk =
        new Desk<>(
            answers,
            Runtime.getRuntime().availableProcessors(),
            limits.queue(),
            limits.longestWait(),
            limits.answer());
    metrics.watch(desk::waiting, workbench::ready);
    server = new Server(new VirtualThreadPool(), null, null);
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(HEADER_BYTES);
    http.setHttpCompliance(HttpCompliance.RFC9110);
    // One acceptor, one selector: they only hand on, and the cores are the engine's.
    connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(address.getHostAddress());
    connector.setPort(options.port());
    connector.setIdleTimeout(limits.idle().toMillis());
    connector.setShutdownIdleTimeout(limits.lastIdle().toMillis());
    server.addConnector(connector);
    Gate gate = new Gate(address, options.host(), options.allowedHosts());
    Api api = new Api(answers, workbench, desk, gate, limits, metrics);
    server.setErrorHandler(api.errors());
    server.setHandler(new GracefulHandler(api));
    server.setStopTimeout(limits.grace().toMillis());
  }

  /**
   * Listens, and begins to get everything ready in the background: reads or trains the models and
   * warms the engine up.
   *
   * @throws IOException if the port cannot be listened on
   */
  public void start() throws IOException {
    try {
      server.start();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e.getMessage(), e);
    }
    preparing = Thread.ofPlatform().daemon().name("lanewise-prepare").start(workbench::prepare);
  }

  /** Waits until the models are ready, or have failed. */
  public void awaitReady() throws InterruptedException {
    Objects.requireNonNull(preparing).join();
  }

  /** Whether all models are there and the engine is warm. */
  public boolean ready() {
    return workbench.ready();
  }

  /** Where the page is. */
  public URI uri() {
    String name = host.contains(":") ? "[" + host + "]" : host;
    return URI.create("http://" + name + ":" + connector.getLocalPort() + "/");
  }

  /**
   * Takes no more connections, finishes the answers that are being made, for as long as the limits
   * grant, and stops.
   */
  @Override
  public void close() {
    Thread thread = preparing;
    if (thread != null) {
      thread.interrupt();
    }
    try {
      server.stop();
    } catch (Exception e) {
      JETTY.log(Level.FINE, "stopping", e);
    }
    desk.close();
  }
}
