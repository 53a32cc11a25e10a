package dev.lanewise.data.fetch;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response body that is pulled piece by piece and gives up when nothing comes for too long: the
 * client's own timeouts end with the response's headers.
 */
final class Body implements BodySubscriber<Body> {
  private sealed interface Event {}

  private record Piece(List<ByteBuffer> buffers) implements Event {}

  private record Failed(Throwable cause) implements Event {}

  private record Complete() implements Event {}

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

  @Override
  public CompletionStage<Body> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    subscription.complete(newSubscription);
    newSubscription.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    events.add(new Piece(buffers));
  }

  @Override
  public void onError(Throwable cause) {
    events.add(new Failed(cause));
  }

  @Override
  public void onComplete() {
    events.add(new Complete());
  }

  /**
   * The next piece, or null at the end.
   *
   * @throws IOException if the transfer broke off, or nothing came in time
   */
  @Nullable List<ByteBuffer> next(Duration timeout) throws IOException, InterruptedException {
    return switch (events.poll(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
      case Piece piece -> {
        subscription.join().request(1);
        yield piece.buffers;
      }
      case Failed failed -> throw new IOException(failed.cause.getMessage(), failed.cause);
      case Complete _ -> null;
      case null -> {
        cancel();
        throw new HttpTimeoutException("nothing came for " + timeout.toSeconds() + " s");
      }
    };
  }

  /** Ends the transfer. */
  void cancel() {
    if (subscription.isDone()) {
      subscription.join().cancel();
    }
  }
}
