package dev.lanewise.engine.random;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Turns one seed into independent streams of random numbers, one for each named use and index:
 * drawing more from one stream, or adding a use, changes no other.
 *
 * <p>A stream is the JDK's {@value #ALGORITHM} (Steele and Vigna, "LXM: better splittable
 * pseudorandom number generators", 2021), whose whole 256-bit state, its additive parameter
 * included, is the SHA-256 digest of seed, index and name. Equal arguments give equal words on
 * every machine.
 *
 * <p>Thread-safety: immutable; a stream belongs to one thread at a time.
 */
public final class SeedStreams {

  private static final String ALGORITHM = "L64X128MixRandom";

  private static final RandomGeneratorFactory<RandomGenerator> FACTORY =
      RandomGeneratorFactory.of(ALGORITHM);

  private final long seed;

  /** The streams of a seed. */
  public SeedStreams(long seed) {
    this.seed = seed;
  }

  /** The seed all streams are derived from. */
  public long seed() {
    return seed;
  }

  /** The stream of a use at index 0, from its start. */
  public RandomGenerator stream(String use) {
    return stream(use, 0);
  }

  /**
   * One of a family of streams, from its start.
   *
   * @param use what the numbers are for, as in {@code weights}
   * @param index any number: a fold, a run, a layer
   */
  public RandomGenerator stream(String use, long index) {
    return FACTORY.create(digest(use, index));
  }

  /** Streams for a part that makes streams of its own, apart from all of these. */
  public SeedStreams child(String use, long index) {
    return new SeedStreams(ByteBuffer.wrap(digest("child " + use, index)).getLong());
  }

  private byte[] digest(String use, long index) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(ByteBuffer.allocate(16).putLong(seed).putLong(index).flip());
      return sha.digest(use.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
