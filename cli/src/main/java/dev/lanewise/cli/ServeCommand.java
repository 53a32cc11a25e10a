package dev.lanewise.cli;

import dev.lanewise.cli.serve.Limits;
import dev.lanewise.cli.serve.PageServer;
import dev.lanewise.data.TrainTest;
import dev.lanewise.engine.Engine;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Serves the page on which the engine answers while you draw. */
@Command(
    name = "serve",
    description =
        "Serve a page on which you draw digits and the engine answers, with a JSON API behind it.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"", "Ctrl-C stops it, after the answers that are being made."})
final class ServeCommand implements Callable<Integer> {

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8725",
      description = "The port; 0 for any that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description =
          "The name or address to listen on (default: ${DEFAULT-VALUE}, which only this machine"
              + " reaches).")
  private String host = "";

  @Option(
      names = "--allow-host",
      paramLabel = "NAME",
      description =
          "One more name under which browsers may reach the page; requests for others are refused."
              + " May be repeated.")
  private List<String> allowedHosts = List.of();

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "Where trained models are kept (default: in the user's cache).")
  private @Nullable Path models;

  @Mixin private DataOptions data = new DataOptions();

  @Mixin private EngineOptions engineOptions = new EngineOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    if (port < 0 || port > 65_535) {
      throw usage("--port must be in 0..65535, not " + port);
    }
    InetAddress address = address();
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try (Engine engine = engineOptions.open()) {
      TrainTest mnist = data.catalog().mnist();
      PageServer.Options options =
          new PageServer.Options(
              host,
              port,
              allowedHosts,
              models == null ? PageServer.Options.defaultModels() : models,
              Limits.defaults(),
              TerminalProgress.factory(err),
              line -> err.println("lanewise: " + line));
      serve(engine, mnist, options, address, out);
    }
    return ExitCodes.OK;
  }

  private void serve(
      Engine engine,
      TrainTest mnist,
      PageServer.Options options,
      InetAddress address,
      PrintWriter out)
      throws InterruptedException {
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    // Ctrl-C and kill end here: the JVM waits for this thread, and this thread for the answers.
    Thread hook =
        new Thread(
            () -> {
              stop.countDown();
              try {
                stopped.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "lanewise-stop");
    try (PageServer server = new PageServer(engine, mnist, options)) {
      server.start();
      Runtime.getRuntime().addShutdownHook(hook);
      TextReport.wrap(
          out, "", "backend " + engine.info().backend() + " (" + engine.info().reason() + ")");
      TextReport.wrap(out, "", "data: " + mnist.train().source());
      out.println("listening on " + server.uri());
      if (!address.isLoopbackAddress()) {
        TextReport.wrap(
            out,
            "",
            "note: this is not the loopback interface; whoever reaches this machine reaches the"
                + " page, without a password and without encryption");
      }
      out.flush();
      stop.await();
      out.println("stopping");
      out.flush();
    } catch (IOException e) {
      throw new CliException(
          ExitCodes.USAGE, "cannot listen on " + host + ", port " + port + ": " + reason(e), e);
    } finally {
      stopped.countDown();
      if (stop.getCount() > 0) {
        Runtime.getRuntime().removeShutdownHook(hook);
      }
    }
  }

  /** The library wraps what the system said. */
  private static String reason(Throwable e) {
    Throwable cause = e.getCause();
    return cause == null ? String.valueOf(e.getMessage()) : reason(cause);
  }

  private InetAddress address() {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw usage("--host " + host + ": there is no such host");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
