package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.event.Events;
import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelFormatException;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.kernel.CanonicalDistance;
import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.Matrix;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

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
 * <p><b>Cost.</b> Searching n rows of d columns for m queries takes at most m n d steps. An index
 * of 4,096 rows of bytes or more measures only the rows that a lower bound lets pass, for data like
 * images a small part; data that it does not help cost a tenth more. Building takes n d steps for
 * {@link Distance#L1}, about 46 n d for {@link Distance#L2}, and memory for n d elements and, at
 * 784 columns, about a third more.
 *
 * <p>Thread-safety: immutable; any number of threads may search at once. A search uses the threads
 * of the engine.
 */
public final class NearestNeighbors {

  /** One way to store rows and to search them. */
  interface Index {
    /** Idle workspaces that an index keeps: more than threads that search one at once. */
    int WORKSPACES = 64;

    /** What it computes with. */
    Engine engine();

    /** How many rows a search may find. */
    int rows();

    /** One more than the largest number of a row that a search may give. */
    default int bound() {
      return rows();
    }

    /** The kind of a file that holds one. */
    String kind();

    /**
     * The nearest rows that are not hidden. The number of columns is checked already.
     *
     * @param k from 1 to the number of rows that are not hidden
     * @param hidden numbers of rows to pass over; not changed meanwhile
     * @throws IllegalArgumentException if queries are not what this is over
     */
    Found search(Matrix queries, int k, @Nullable BitSet hidden);

    /** What a measure in {@link Found} says in the unit of the elements. */
    double distance(long measure);

    /** Copies a row to the start of another, in a matrix of the same element type. */
    void copyRow(int row, Matrix to, int toRow);

    /** Adds itself to a file. */
    void save(ModelWriter writer);

    /** Checks all that came from a file, if anything did. */
    void verify();
  }

  private static final String DISTANCE = "distance";
  private static final String COLUMNS = "columns";

  private final Index index;
  private final int rows;
  private final int columns;
  private final Distance distance;

  NearestNeighbors(Index index, int columns, Distance distance) {
    this.index = index;
    this.rows = index.rows();
    this.columns = columns;
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
    return new NearestNeighbors(new ByteIndex(engine, rows, distance), rows.columns(), distance);
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
    return new NearestNeighbors(new FloatIndex(engine, rows, distance), rows.columns(), distance);
  }

  /**
   * Opens an index that was saved. Nothing is read but what searches touch; a file of any size
   * opens in milliseconds. The memory is unmapped some time after the index has become unreachable.
   *
   * @throws ModelFormatException as {@link #open(Engine, Path, Arena)}
   * @throws UncheckedIOException as {@link #open(Engine, Path, Arena)}
   */
  public static NearestNeighbors open(Engine engine, Path file) {
    return open(engine, file, Arena.ofAuto());
  }

  /**
   * Opens an index that was saved, for as long as an arena lives: {@link Arena#ofShared} for one
   * that is closed when the index is replaced. A search after that, or running at that moment, ends
   * with an {@link IllegalStateException}.
   *
   * <p>Names, types, shapes and bounds are checked, by rules and by a checksum, but not the rows:
   * that takes {@link #verify()}. Without it a file whose content was damaged gives wrong
   * neighbours, or an {@link IllegalStateException}, but never access to other memory. The file may
   * be replaced by a rename while it is open, as {@link #save} does it, but must not be cut short
   * or written into.
   *
   * @param arena not a confined one: the engine's threads search too
   * @throws ModelFormatException if the file is no index, is damaged where this looks, or is of a
   *     newer version
   * @throws UncheckedIOException if it cannot be read
   */
  public static NearestNeighbors open(Engine engine, Path file, Arena arena) {
    ModelFile model = ModelFile.open(file, arena);
    model.expect(ByteIndex.KIND, FloatIndex.KIND);
    Distance distance = model.constant(DISTANCE, Distance.class);
    int columns = model.integer(COLUMNS, 1, Integer.MAX_VALUE - ByteMatrix.ALIGNMENT);
    Index index =
        model.kind().equals(ByteIndex.KIND)
            ? new ByteIndex(engine, model, columns, distance)
            : new FloatIndex(engine, model, columns, distance);
    return new NearestNeighbors(
        model.has(Segments.IDS) ? Segments.open(engine, index, model, columns, distance) : index,
        columns,
        distance);
  }

  /**
   * Saves the index, with all that a search needs, so that {@link #open} computes nothing. The file
   * is replaced in one step; one that is open, also this index's own, stays usable.
   *
   * @throws UncheckedIOException if the file cannot be written; an older one is then as it was
   */
  public void save(Path file) {
    ModelWriter writer =
        new ModelWriter(index.kind()).text(DISTANCE, distance.name()).integer(COLUMNS, columns);
    index.save(writer);
    writer.write(file);
  }

  /**
   * Reads all of the file that this index was opened from: compares every byte with its checksum,
   * looks for NaN and infinities among rows, and computes anew what the file holds beside the rows.
   * If this returns, results are those of an index built from the rows. For one that was built here
   * there is nothing to do.
   *
   * @throws ModelFormatException at the first byte that is wrong
   */
  public void verify() {
    index.verify();
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

  /**
   * One more than the largest index that a search may give: the number of rows, or more if rows
   * were removed by {@link UpdatableNeighbors}.
   */
  public int bound() {
    return index.bound();
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
   * @throws CancellationException if the calling thread is interrupted meanwhile; its interrupt
   *     status stays set, and the index as usable as before
   */
  public Neighbors search(ByteMatrix queries, int k) {
    return find(queries, k);
  }

  /**
   * The k nearest rows of each query, for an index over floats.
   *
   * @param queries m x d; m may be 0
   * @param k from 1 to {@link #rows()}
   * @throws IllegalArgumentException if k or the number of columns does not fit, or an element is
   *     NaN or infinite (the message names its row and column), or the index is over bytes
   * @throws CancellationException if the calling thread is interrupted meanwhile; its interrupt
   *     status stays set, and the index as usable as before
   */
  public Neighbors search(FloatMatrix queries, int k) {
    return find(queries, k);
  }

  private Neighbors find(Matrix queries, int k) {
    check(queries, k);
    Events.Span span =
        Events.search(
            index.engine().info().backend(), rows, columns, distance.name(), queries.rows(), k);
    try {
      return index.search(queries, k, null).neighbors(index);
    } finally {
      span.end();
    }
  }

  /** For {@link UpdatableNeighbors}. */
  Index index() {
    return index;
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
