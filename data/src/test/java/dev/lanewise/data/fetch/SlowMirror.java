package dev.lanewise.data.fetch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A mirror that gives the file {@code pixels.gz} in pieces, and from where it is asked for. */
final class SlowMirror implements AutoCloseable {

  private static final int PIECE = 2_000;

  private final byte[] packed;
  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  SlowMirror(byte[] packed) throws IOException {
    this.packed = packed;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(executor);
    server.createContext("/mirror/", this::answer);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mirror/");
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String range = exchange.getRequestHeaders().getFirst("Range");
      int from =
          range == null
              ? 0
              : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
      if (from >= packed.length) {
        exchange.sendResponseHeaders(416, -1);
        return;
      }
      if (range != null) {
        exchange
            .getResponseHeaders()
            .set(
                "Content-Range", "bytes " + from + "-" + (packed.length - 1) + "/" + packed.length);
      }
      exchange.sendResponseHeaders(range == null ? 200 : 206, packed.length - from);
      OutputStream body = exchange.getResponseBody();
      for (int at = from; at < packed.length; at += PIECE) {
        body.write(packed, at, Math.min(PIECE, packed.length - at));
        body.flush();
        Thread.sleep(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
