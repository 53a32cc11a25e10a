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
 * @param queue questions waiting for the engine; more are refused with 503
 * @param longestWait of the question that waits longest; beyond it more are refused with 503
 * @param body until a request's body must have arrived, else 408
 * @param answer until the engine must have answered, else 503
 * @param idle until a connection on which nothing happens is closed
 * @param lastIdle the same while the server stops
 * @param grace for answers in the making when the server stops
 */
public record Limits(
    int bodyBytes,
    int images,
    int side,
    int neighbors,
    int requests,
    int queue,
    Duration longestWait,
    Duration body,
    Duration answer,
    Duration idle,
    Duration lastIdle,
    Duration grace) {

  /**
   * The defaults. A body of one MiB holds the largest image (280 x 280 numbers of up to four
   * characters take 0.3 MiB) or 64 of 28 x 28. Answered together, a question takes about a
   * millisecond, so 256 before one mean a quarter of a second of waiting; on a machine that is busy
   * otherwise, two seconds end it: whoever draws has drawn on by then.
   */
  public static Limits defaults() {
    return new Limits(
        1 << 20,
        64,
        280,
        50,
        512,
        256,
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10));
  }
}
