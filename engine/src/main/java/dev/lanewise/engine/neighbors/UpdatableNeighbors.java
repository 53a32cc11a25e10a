package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.Matrix;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A nearest-neighbour index that changes while it is searched.
 *
 * <p>A row goes by an id: those of the index it started from are numbered from 0, each appended row
 * gets the next number, and no number is used again. Results are those of an index built from the
 * present rows, with ids for row numbers: of two rows equally far, the one with the lower id comes
 * first.
 *
 * <p><b>Snapshots.</b> The state is a {@link NearestNeighbors} that never changes; a change
 * publishes another one, which shares the rows. So readers wait for nobody, and each search sees
 * one state whole. To search several times in the same state, take {@link #snapshot()}.
 *
 * <p><b>Cost.</b> Appending copies the rows that come; removing copies a bit for each row. Appended
 * rows are searched one by one, without what makes a large index fast, and removed rows still take
 * memory: when {@link #appended()} or {@link #removed()} is a good part of {@link #rows()}, call
 * {@link #compact()}, from a thread that has the time. It builds an index from scratch beside the
 * old one; readers and writers go on meanwhile.
 *
 * <p>Thread-safety: any number of threads may read and change at once. Changes are made one after
 * the other.
 */
public final class UpdatableNeighbors {

  private final int columns;
  private final Distance distance;
  private final ReentrantLock writing = new ReentrantLock();
  private final ReentrantLock compacting = new ReentrantLock();
  private volatile State state;

  /** The parts, and how the world sees them. */
  private record State(Segments segments, NearestNeighbors snapshot) {}

  private UpdatableNeighbors(Segments segments, int columns, Distance distance) {
    this.columns = columns;
    this.distance = distance;
    this.state = new State(segments, new NearestNeighbors(segments, columns, distance));
  }

  /**
   * Starts from an index, also one that was opened from a file: it is not copied, and its arena
   * must stay open until {@link #compact()} has returned and no older snapshot is in use.
   *
   * @param engine whose kernels and threads appended rows and compacted indexes use
   */
  public static UpdatableNeighbors of(Engine engine, NearestNeighbors index) {
    Segments segments =
        index.index() instanceof Segments already
            ? already.forked()
            : Segments.of(engine, index.index(), index.columns(), index.distance());
    return new UpdatableNeighbors(segments, index.columns(), index.distance());
  }

  /**
   * Starts without rows, for rows of unsigned bytes.
   *
   * @throws IllegalArgumentException if columns are fewer than 1 or more than {@link
   *     Shapes#MAX_BYTE_COLUMNS}
   */
  public static UpdatableNeighbors ofBytes(Engine engine, int columns, Distance distance) {
    check(columns, Shapes.MAX_BYTE_COLUMNS);
    return new UpdatableNeighbors(
        Segments.of(engine, ByteIndex.appendable(engine, columns, distance), columns, distance),
        columns,
        distance);
  }

  /**
   * Starts without rows, for rows of floats.
   *
   * @throws IllegalArgumentException if columns are fewer than 1
   */
  public static UpdatableNeighbors ofFloats(Engine engine, int columns, Distance distance) {
    check(columns, Integer.MAX_VALUE / 2);
    return new UpdatableNeighbors(
        Segments.of(engine, FloatIndex.appendable(engine, columns, distance), columns, distance),
        columns,
        distance);
  }

  private static void check(int columns, int most) {
    if (columns < 1 || columns > most) {
      throw new IllegalArgumentException(
          "columns must be between 1 and " + most + ", not " + columns);
    }
  }

  /** The present state, which never changes. */
  public NearestNeighbors snapshot() {
    return state.snapshot();
  }

  /** As {@link NearestNeighbors#search(ByteMatrix, int)} on the present state. */
  public Neighbors search(ByteMatrix queries, int k) {
    return snapshot().search(queries, k);
  }

  /** As {@link NearestNeighbors#search(FloatMatrix, int)} on the present state. */
  public Neighbors search(FloatMatrix queries, int k) {
    return snapshot().search(queries, k);
  }

  /** The number of rows, without removed ones. */
  public int rows() {
    return snapshot().rows();
  }

  /** The number of columns of rows and queries. */
  public int columns() {
    return columns;
  }

  /** How rows are ranked. */
  public Distance distance() {
    return distance;
  }

  /** Whether there is a row with that id. */
  public boolean contains(int id) {
    return state.segments().contains(id);
  }

  /** How many rows were appended since the last {@link #compact()}, removed ones included. */
  public int appended() {
    return state.segments().appended();
  }

  /** How many removed rows still take memory. */
  public int removed() {
    return state.segments().hidden();
  }

  /**
   * Appends rows, all at once: a search sees all of them or none.
   *
   * @param rows m x d, copied; an index over floats takes them as the floats 0..255
   * @return the id of the first; the others follow
   * @throws IllegalArgumentException if the number of columns does not fit
   * @throws IllegalStateException if there have been 2^31 - 1 rows
   */
  public int add(ByteMatrix rows) {
    return append(rows);
  }

  /**
   * Appends rows of floats, all at once.
   *
   * @param rows m x d, copied
   * @return the id of the first; the others follow
   * @throws IllegalArgumentException if the number of columns does not fit, an element is NaN or
   *     infinite, or the index is over bytes
   * @throws IllegalStateException if there have been 2^31 - 1 rows
   */
  public int add(FloatMatrix rows) {
    return append(rows);
  }

  private int append(Matrix rows) {
    if (rows.columns() != columns) {
      throw new IllegalArgumentException(
          "rows are " + rows.shape() + ", the index has " + columns + " columns");
    }
    writing.lock();
    try {
      Segments now = state.segments();
      publish(now.append(rows));
      return now.bound();
    } finally {
      writing.unlock();
    }
  }

  /**
   * Removes rows, all at once.
   *
   * @param ids ids that are not there, or occur twice, change nothing
   * @return how many rows were removed
   */
  public int remove(int... ids) {
    writing.lock();
    try {
      Segments now = state.segments();
      Segments next = now.remove(ids);
      if (next.rows() != now.rows()) {
        publish(next);
      }
      return now.rows() - next.rows();
    } finally {
      writing.unlock();
    }
  }

  /**
   * Builds an index of the present rows, so that searches are as fast as they can be and removed
   * rows take no memory. Ids stay as they are. Takes as long as building an index, during which
   * others search and change this one; changes wait only at the end, while those made meanwhile are
   * taken over. Compactions wait for each other.
   *
   * @throws CancellationException if the calling thread is interrupted meanwhile; then nothing has
   *     changed
   */
  public void compact() {
    compacting.lock();
    try {
      Segments before = state.segments();
      if (before.appended() == 0 && before.hidden() == 0) {
        return;
      }
      Segments compacted = before.compacted();
      writing.lock();
      try {
        publish(compacted.caughtUp(before, state.segments()));
      } finally {
        writing.unlock();
      }
    } finally {
      compacting.unlock();
    }
  }

  private void publish(Segments segments) {
    state = new State(segments, new NearestNeighbors(segments, columns, distance));
  }
}
