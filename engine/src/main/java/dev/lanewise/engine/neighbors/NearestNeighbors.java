package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.kernel.CanonicalDistance;
import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.Matrix;

/**
 * An exact index: the k nearest rows of a matrix, for any number of queries at once.
 *
 * <p>Rows of unsigned bytes are ranked by integers, rows of floats by {@link CanonicalDistance}.
 * Rows equally far from a query are ordered by their index, lower first. So the result is one
 * definite answer, the same on every backend, vector width and thread count.
 *
 * <p>Memory: the index keeps its own copy of the rows, padded to whole cache lines; the matrix it
 * was built from may change or go away afterwards. Workspaces are kept from one search to the next.
 *
 * <p>Thread-safety: immutable; any number of threads may search at once. A search uses the threads
 * of the engine.
 */
public final class NearestNeighbors {

  /** One way to store rows and to search them. */
  interface Index {
    /** Checks the queries and searches; k and the number of columns are checked already. */
    Neighbors search(ByteMatrix queries, int k);

    /** As above. */
    Neighbors search(FloatMatrix queries, int k);
  }

  private final Index index;
  private final int rows;
  private final int columns;
  private final Distance distance;

  private NearestNeighbors(Index index, Matrix matrix, Distance distance) {
    this.index = index;
    this.rows = matrix.rows();
    this.columns = matrix.columns();
    this.distance = distance;
  }

  /**
   * An index over rows of unsigned bytes.
   *
   * @param rows n x d, copied
   * @throws IllegalArgumentException if there is no row or no column, or more columns than an int
   *     distance allows ({@link Shapes#MAX_BYTE_COLUMNS})
   */
  public static NearestNeighbors of(Engine engine, ByteMatrix rows, Distance distance) {
    notEmpty(rows);
    Shapes.byteColumns(rows);
    return new NearestNeighbors(new ByteIndex(engine, rows, distance), rows, distance);
  }

  /**
   * An index over rows of floats.
   *
   * @param rows n x d, copied
   * @throws IllegalArgumentException if there is no row or no column, or an element is NaN or
   *     infinite: the message names its row and column
   */
  public static NearestNeighbors of(Engine engine, FloatMatrix rows, Distance distance) {
    notEmpty(rows);
    return new NearestNeighbors(new FloatIndex(engine, rows, distance), rows, distance);
  }

  private static void notEmpty(Matrix rows) {
    if (rows.rows() == 0 || rows.columns() == 0) {
      throw new IllegalArgumentException(
          "an index needs at least one row and one column, not " + rows.shape());
    }
  }

  /** The number of rows. */
  public int rows() {
    return rows;
  }

  /** The number of columns of rows and queries. */
  public int columns() {
    return columns;
  }

  /** How rows are ranked. */
  public Distance distance() {
    return distance;
  }

  /**
   * The k nearest rows of each query. An index over floats takes bytes as the floats 0..255.
   *
   * @param queries m x d; m may be 0
   * @param k from 1 to {@link #rows()}
   * @throws IllegalArgumentException if k or the number of columns does not fit
   */
  public Neighbors search(ByteMatrix queries, int k) {
    check(queries, k);
    return index.search(queries, k);
  }

  /**
   * The k nearest rows of each query, for an index over floats.
   *
   * @param queries m x d; m may be 0
   * @param k from 1 to {@link #rows()}
   * @throws IllegalArgumentException if k or the number of columns does not fit, or an element is
   *     NaN or infinite (the message names its row and column), or the index is over bytes
   */
  public Neighbors search(FloatMatrix queries, int k) {
    check(queries, k);
    return index.search(queries, k);
  }

  private void check(Matrix queries, int k) {
    if (k < 1 || k > rows) {
      throw new IllegalArgumentException(
          "k must be between 1 and the " + rows + " rows of the index, not " + k);
    }
    if (queries.columns() != columns) {
      throw new IllegalArgumentException(
          "queries are " + queries.shape() + ", the index has " + columns + " columns");
    }
    if ((long) queries.rows() * k > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          queries.rows() + " queries x " + k + " neighbours do not fit an array: search in parts");
    }
  }
}
