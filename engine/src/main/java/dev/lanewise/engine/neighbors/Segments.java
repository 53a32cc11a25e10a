package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.matrix.Matrix;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * An index that was changed: a base, rows appended since, and which of both were removed. Rows go
 * by ids that never change: ids of the base ascend with its rows, those appended follow.
 *
 * <p>Immutable: each change makes another one, which shares the rows. Ids ascend with rows in both
 * parts, so each part's ties are in the order of ids, and so are they after merging.
 */
final class Segments implements NearestNeighbors.Index {

  /** Entries of a file: the ids of the rows, and the next one that is free. */
  static final String IDS = "ids";

  private static final String NEXT_ID = "next-id";

  private final Engine engine;
  private final int columns;
  private final Distance distance;
  private final NearestNeighbors.Index base;
  private final int @Nullable [] baseIds;
  private final BitSet baseHidden;
  private final NearestNeighbors.Index tail;
  private final int tailFirst;
  private final BitSet tailHidden;
  private final int baseLive;
  private final int tailLive;

  private Segments(
      Engine engine,
      int columns,
      Distance distance,
      NearestNeighbors.Index base,
      int @Nullable [] baseIds,
      BitSet baseHidden,
      NearestNeighbors.Index tail,
      int tailFirst,
      BitSet tailHidden) {
    this.engine = engine;
    this.columns = columns;
    this.distance = distance;
    this.base = base;
    this.baseIds = baseIds;
    this.baseHidden = baseHidden;
    this.tail = tail;
    this.tailFirst = tailFirst;
    this.tailHidden = tailHidden;
    this.baseLive = base.rows() - baseHidden.cardinality();
    this.tailLive = tail.rows() - tailHidden.cardinality();
  }

  /** An index as it was built, with its row numbers for ids. */
  static Segments of(Engine engine, NearestNeighbors.Index base, int columns, Distance distance) {
    return new Segments(
        engine,
        columns,
        distance,
        base,
        null,
        new BitSet(),
        empty(base, engine, columns, distance),
        base.rows(),
        new BitSet());
  }

  /**
   * An index from a file, with ids.
   *
   * @throws dev.lanewise.engine.io.ModelFormatException if ids do not ascend, or are not one a row
   */
  static Segments open(
      Engine engine, NearestNeighbors.Index base, ModelFile file, int columns, Distance distance) {
    IntMatrix matrix = file.ints(IDS);
    if (matrix.rows() != 1 || matrix.columns() != base.rows()) {
      throw file.wrong(IDS, "are " + matrix.shape() + " for " + base.rows() + " rows");
    }
    int next = file.integer(NEXT_ID, 1, Integer.MAX_VALUE);
    int[] ids = matrix.row(0);
    int before = -1;
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] <= before || ids[i] >= next) {
        throw file.wrong(
            IDS, 0, i, "is " + ids[i] + " after " + before + ", with " + next + " the next free");
      }
      before = ids[i];
    }
    return new Segments(
        engine,
        columns,
        distance,
        base,
        ids,
        new BitSet(),
        empty(base, engine, columns, distance),
        next,
        new BitSet());
  }

  private static NearestNeighbors.Index empty(
      NearestNeighbors.Index like, Engine engine, int columns, Distance distance) {
    return like instanceof ByteIndex
        ? ByteIndex.appendable(engine, columns, distance)
        : FloatIndex.appendable(engine, columns, distance);
  }

  /** Where an id below those of the tail is in the base, negative if it is not. */
  private int baseRow(int id) {
    return baseIds == null ? id : Arrays.binarySearch(baseIds, id);
  }

  private int baseId(int row) {
    return baseIds == null ? row : baseIds[row];
  }

  boolean contains(int id) {
    if (id >= tailFirst) {
      return id - tailFirst < tail.rows() && !tailHidden.get(id - tailFirst);
    }
    int row = id < 0 ? -1 : baseRow(id);
    return row >= 0 && !baseHidden.get(row);
  }

  /** How many rows are in the tail, removed ones included. */
  int appended() {
    return tail.rows();
  }

  /** How many removed rows are still stored. */
  int hidden() {
    return baseHidden.cardinality() + tailHidden.cardinality();
  }

  /** With more rows, the first of which has the id {@link #bound()}. */
  Segments append(Matrix rows) {
    if ((long) bound() + rows.rows() > Integer.MAX_VALUE) {
      throw new IllegalStateException(
          "no more ids: " + bound() + " are used up, removed rows included; build a new index");
    }
    NearestNeighbors.Index longer;
    if (tail instanceof FloatIndex floats) {
      longer = floats.append(FloatIndex.floats(rows));
    } else if (rows instanceof ByteMatrix bytes) {
      longer = ((ByteIndex) tail).append(bytes);
    } else {
      throw new IllegalArgumentException("this index is over bytes and the rows are floats");
    }
    return new Segments(
        engine, columns, distance, base, baseIds, baseHidden, longer, tailFirst, tailHidden);
  }

  /** The same, but for memory that the appended rows of another may be written into. */
  Segments forked() {
    NearestNeighbors.Index fresh = empty(base, engine, columns, distance);
    return new Segments(
            engine, columns, distance, base, baseIds, baseHidden, fresh, tailFirst, tailHidden)
        .append(tailRows(0));
  }

  /** A copy of appended rows. */
  private Matrix tailRows(int from) {
    int count = tail.rows() - from;
    Matrix rows =
        tail instanceof ByteIndex
            ? ByteMatrix.zeros(count, columns)
            : FloatMatrix.zeros(count, columns);
    for (int i = 0; i < count; i++) {
      tail.copyRow(from + i, rows, i);
    }
    return rows;
  }

  /** Without some rows; ids that are not there change nothing. */
  Segments remove(int[] ids) {
    BitSet ofBase = (BitSet) baseHidden.clone();
    BitSet ofTail = (BitSet) tailHidden.clone();
    for (int id : ids) {
      if (contains(id)) {
        if (id >= tailFirst) {
          ofTail.set(id - tailFirst);
        } else {
          ofBase.set(baseRow(id));
        }
      }
    }
    return new Segments(engine, columns, distance, base, baseIds, ofBase, tail, tailFirst, ofTail);
  }

  /** The same rows in a base of their own, with nothing appended or removed. */
  Segments compacted() {
    int[] ids = new int[rows()];
    boolean ofBytes = base instanceof ByteIndex;
    Matrix rows =
        ofBytes ? ByteMatrix.zeros(ids.length, columns) : FloatMatrix.zeros(ids.length, columns);
    int count = 0;
    for (int row = baseHidden.nextClearBit(0);
        row < base.rows();
        row = baseHidden.nextClearBit(row + 1)) {
      base.copyRow(row, rows, count);
      ids[count++] = baseId(row);
    }
    for (int row = tailHidden.nextClearBit(0);
        row < tail.rows();
        row = tailHidden.nextClearBit(row + 1)) {
      tail.copyRow(row, rows, count);
      ids[count++] = tailFirst + row;
    }
    NearestNeighbors.Index built =
        ofBytes
            ? new ByteIndex(engine, (ByteMatrix) rows, distance)
            : new FloatIndex(engine, (FloatMatrix) rows, distance);
    return new Segments(
        engine,
        columns,
        distance,
        built,
        ids,
        new BitSet(),
        empty(built, engine, columns, distance),
        bound(),
        new BitSet());
  }

  /**
   * This one, compacted, with what happened since to another.
   *
   * @param before what this is the compacted form of
   * @param now what became of it by appending and removing
   */
  Segments caughtUp(Segments before, Segments now) {
    int from = before.tail.rows();
    int count = now.tail.rows() - from;
    Segments result = append(now.tailRows(from));
    int[] removed = new int[result.rows() - now.rows()];
    int at = 0;
    for (int row = 0; row < base.rows(); row++) {
      if (!now.contains(baseId(row))) {
        removed[at++] = baseId(row);
      }
    }
    for (int i = 0; i < count; i++) {
      if (now.tailHidden.get(from + i)) {
        removed[at++] = tailFirst + i;
      }
    }
    return result.remove(removed);
  }

  @Override
  public Engine engine() {
    return engine;
  }

  @Override
  public int rows() {
    return baseLive + tailLive;
  }

  @Override
  public int bound() {
    return tailFirst + tail.rows();
  }

  @Override
  public String kind() {
    return base.kind();
  }

  @Override
  public double distance(long measure) {
    return base.distance(measure);
  }

  @Override
  public void copyRow(int row, Matrix to, int toRow) {
    throw new UnsupportedOperationException("rows of an index with ids are copied by its parts");
  }

  @Override
  public Found search(Matrix queries, int k, @Nullable BitSet hidden) {
    if (hidden != null) {
      throw new UnsupportedOperationException("an index with ids hides its own rows");
    }
    Found first = search(base, baseLive, queries, k, baseHidden);
    Found second = search(tail, tailLive, queries, k, tailHidden);
    Found merged = new Found(queries.rows(), k);
    for (int query = 0; query < merged.queries; query++) {
      int a = query * first.k;
      int b = query * second.k;
      int aEnd = a + first.k;
      int bEnd = b + second.k;
      for (int at = query * k; at < (query + 1) * k; at++) {
        // The ids of the base are lower: it wins ties.
        if (b == bEnd || (a < aEnd && first.measures[a] <= second.measures[b])) {
          merged.measures[at] = first.measures[a];
          merged.rows[at] = baseId(first.rows[a++]);
        } else {
          merged.measures[at] = second.measures[b];
          merged.rows[at] = tailFirst + second.rows[b++];
        }
      }
    }
    return merged;
  }

  private static Found search(
      NearestNeighbors.Index index, int live, Matrix queries, int k, BitSet hidden) {
    return live == 0
        ? new Found(queries.rows(), 0)
        : index.search(queries, Math.min(k, live), hidden.isEmpty() ? null : hidden);
  }

  @Override
  public void save(ModelWriter writer) {
    if (rows() == 0) {
      throw new IllegalStateException("an index without rows cannot be saved");
    }
    Segments whole = appended() == 0 && hidden() == 0 ? this : compacted();
    whole.base.save(writer);
    if (whole.baseIds != null) {
      writer.intRows(IDS, whole.baseIds).integer(NEXT_ID, bound());
    }
  }

  @Override
  public void verify() {
    base.verify();
  }
}
