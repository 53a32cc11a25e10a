package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelFormatException;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.matrix.ByteMatrix;

/**
 * A lower bound of the distances to the rows of an index that is far cheaper than the distances. It
 * decides only which rows are worth their distance, never a result: a row whose distance is at most
 * the limit always passes. Thread-safe; what changes is in the scratch.
 */
interface Screen {

  /** What one search thread needs. */
  interface Scratch {}

  /** New scratch, for up to so many queries. */
  Scratch scratch(int queries);

  /**
   * Takes in a block of queries.
   *
   * @param queries as wide as the rows of the index
   */
  void prepare(ByteMatrix queries, Scratch scratch);

  /**
   * Offers every row of a block with an estimate of its distance.
   *
   * @param rows how many rows the block has
   * @param table for as many queries; overwritten
   * @param seeds receives (estimate, position in the block + {@code base})
   */
  void estimate(int block, int base, int rows, Scratch scratch, Table table, TopK seeds);

  /**
   * Finds the rows of a block whose distance may be at most a limit.
   *
   * @param limits one for each query: a squared distance for L2
   * @param counts receives how many there are for each query
   * @param hits receives their positions in the block, from query * {@code width} on; positions
   *     past the end of the block may be among them
   */
  void scan(int block, int[] limits, Scratch scratch, int[] counts, int[] hits);

  /**
   * Narrows a list of rows down, in place, by a second bound.
   *
   * @return how many remain
   */
  int narrow(int block, int query, int limit, Scratch scratch, int[] chosen, int count);

  /** Adds itself to a file. */
  void save(ModelWriter writer);

  /**
   * Compares itself, opened from a file, with what the rows of the index give.
   *
   * @throws ModelFormatException if it is anything else
   */
  void verify(ModelFile file);
}
