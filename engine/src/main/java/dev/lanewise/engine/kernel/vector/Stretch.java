package dev.lanewise.engine.kernel.vector;

/**
 * How much of a row or matrix one call of a loop takes. HotSpot counts calls and turns, and asks C2
 * for a method after 600 calls at the least, however many turns a call has: a loop that runs over
 * all of a matrix would be met 600 times before it is compiled, a hundred times slower until then.
 * Called with {@value #FIRST} vectors it needs about a thousand calls, which a matrix or two are;
 * so its first calls are short. Afterwards short calls would cost more than half of the speed.
 *
 * <p>Each loop has its own. Threads may lose counts to each other, which does no harm.
 */
final class Stretch {

  /** Vectors a call: 64 would cost a quarter of the speed of the simplest loops, 256 cost 5 %. */
  private static final int VECTORS = 256;

  /** Vectors of the first calls: about as many turns as make C2 look at a method by itself. */
  private static final int FIRST = 16;

  /**
   * How many calls are short. While other methods wait for C2, HotSpot multiplies what it asks for
   * by ten and more. Fewer than make C2 look at the caller, which is thrown away if it is compiled
   * before its first long call.
   */
  private static final int CALLS = 4_000;

  private int calls;

  /** How many of the elements that are left the next call takes; all but the last whole vectors. */
  int next(long left) {
    int vectors = VECTORS;
    if (calls < CALLS) {
      calls++;
      vectors = FIRST;
    }
    return (int) Math.min((long) vectors * Lanes.FLOAT.length(), left);
  }
}
