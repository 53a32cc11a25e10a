package dev.lanewise.cli.serve;

import java.time.Duration;

/**
 * What the server takes upon itself at most.
 *
 * @param bodyBytes in a request's body
 * @param images in one request
 * @param side pixels along an edge of an image
 * @param neighbors per image: the largest k
 * @param requests being answered at once; more are refused with 503
 * @param queue jobs waiting for the engine; more are refused with 503
 * @param body until a request's body must have arrived, else 408
 * @param answer until the engine must have answered, else 503
 * @param idle until a connection on which nothing happens is closed
 * @param grace for answers in the making when the server stops
 */
public record Limits(
    int bodyBytes,
    int images,
    int side,
    int neighbors,
    int requests,
    int queue,
    Duration body,
    Duration answer,
    Duration idle,
    Duration grace) {

  /**
   * The defaults. A body of one MiB holds the largest image (280 x 280 numbers of up to four
   * characters take 0.3 MiB) or 64 of 28 x 28. An answer takes a few milliseconds, so 256 before
   * one mean half a second or so of waiting: whoever draws has drawn on by then.
   */
  public static Limits defaults() {
    return new Limits(
        1 << 20,
        64,
        280,
        50,
        512,
        256,
        Duration.ofSeconds(10),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(10));
  }
}
