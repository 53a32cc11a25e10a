package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bounds Manhattan distances by sums over groups of columns, in two steps, coarse and fine.
 *
 * <p>The difference of two sums is at most the sum of the differences. Sums are kept as bytes, s =
 * floor(sum / 2^h): then |sum_a - sum_b| is at least 2^h |s_a - s_b| - (2^h - 1), because each
 * floor loses less than 2^h. Over g groups: if the distance is at most T, then sum |s_a - s_b| is
 * at most floor((T + g (2^h - 1)) / 2^h). All integers, so nothing is rounded.
 *
 * <p>Any grouping of the columns is right; a good one has columns that change together. Columns
 * that are a square number are taken for a square image and grouped by blocks of 4 x 4 and 2 x 2
 * pixels, others by runs of 16 and 4.
 */
final class BlockSumScreen implements Screen {

  /** Fewer columns make groups so few that the slack is most of a distance. */
  static final int MIN_COLUMNS = 64;

  private static final String COARSE = "coarse-sums";
  private static final String FINE = "fine-sums";

  private final Engine engine;
  private final Kernels kernels;
  private final ByteMatrix[] blocks;
  private final int columns;
  private final Grouping coarse;
  private final Grouping fine;
  private final ByteMatrix coarseSums;
  private final ByteMatrix fineSums;
  private final ByteMatrix[] coarseBlocks;
  private final ByteMatrix[] fineBlocks;
  private final double slack;

  /** Builds the sums. */
  BlockSumScreen(Engine engine, ByteMatrix[] blocks, int columns, double slack) {
    this(engine, blocks, columns, slack, null);
    engine.parallelism().forEach(blocks.length, this::build);
  }

  /** Opens the sums where they lie in a file. */
  BlockSumScreen(Engine engine, ByteMatrix[] blocks, int columns, ModelFile file) {
    this(engine, blocks, columns, 1, file);
  }

  private BlockSumScreen(
      Engine engine, ByteMatrix[] blocks, int columns, double slack, @Nullable ModelFile file) {
    this.engine = engine;
    this.kernels = EngineKernels.of(engine);
    this.blocks = blocks;
    this.columns = columns;
    this.slack = slack;
    int side = (int) Math.sqrt(columns);
    if (side * side == columns) {
      int block = 4;
      while (Math.ceilDiv(side, block) * Math.ceilDiv(side, block) > Shapes.MAX_NARROW_COLUMNS) {
        block *= 2;
      }
      this.coarse = Grouping.blocks(side, block);
      this.fine = Grouping.blocks(side, block / 2);
    } else {
      int run = 16;
      while (Math.ceilDiv(columns, run) > Shapes.MAX_NARROW_COLUMNS) {
        run *= 2;
      }
      this.coarse = Grouping.runs(columns, run);
      this.fine = Grouping.runs(columns, run / 4);
    }
    // One cache line more than whole ones, so that a tile's column does not fall on a few sets of
    // the cache. The first block is the largest.
    int stride = ByteIndex.width(blocks[0].rows()) + ByteMatrix.ALIGNMENT;
    int count = 0;
    for (ByteMatrix block : blocks) {
      count += block.rows();
    }
    this.coarseSums = sums(file, COARSE, blocks.length * coarse.groups, stride);
    this.fineSums = sums(file, FINE, count, fine.width());
    this.coarseBlocks = new ByteMatrix[blocks.length];
    this.fineBlocks = new ByteMatrix[blocks.length];
    int first = 0;
    for (int b = 0; b < blocks.length; b++) {
      int size = blocks[b].rows();
      int at = b * coarse.groups;
      coarseBlocks[b] = coarseSums.block(at, at + coarse.groups, 0, ByteIndex.width(size));
      fineBlocks[b] = fineSums.rows(first, first + size);
      first += size;
    }
  }

  private static ByteMatrix sums(@Nullable ModelFile file, String name, int rows, int columns) {
    if (file == null) {
      return ByteMatrix.zeros(rows, columns);
    }
    ByteMatrix sums = file.bytes(name);
    if (sums.rows() != rows || sums.columns() != columns) {
      throw file.wrong(name, "are " + sums.shape() + " and must be " + rows + " x " + columns);
    }
    return sums;
  }

  private void build(int b) {
    ByteMatrix rows = blocks[b];
    ByteMatrix sums = ByteMatrix.zeros(rows.rows(), coarse.groups);
    coarse.sums(rows, sums);
    for (int i = 0; i < rows.rows(); i++) {
      for (int g = 0; g < coarse.groups; g++) {
        coarseBlocks[b].set(g, i, sums.get(i, g));
      }
    }
    fine.sums(rows, fineBlocks[b]);
  }

  @Override
  public void save(ModelWriter writer) {
    writer.bytes(COARSE, coarseSums).bytes(FINE, fineSums);
  }

  @Override
  public void verify(ModelFile file) {
    BlockSumScreen built = new BlockSumScreen(engine, blocks, columns, 1);
    ByteIndex.same(file, COARSE, coarseSums, built.coarseSums, 1);
    ByteIndex.same(file, FINE, fineSums, built.fineSums, 1);
  }

  private static final class Sums implements Scratch {
    final ByteMatrix coarse;
    final ByteMatrix fine;
    final int[] limits;
    final int[] distances = new int[ByteIndex.ROWS];
    ByteMatrix coarseQueries;
    ByteMatrix fineQueries;

    Sums(int queries, Grouping coarse, Grouping fine) {
      this.limits = new int[queries];
      this.coarse = ByteMatrix.zeros(queries, coarse.groups);
      this.fine = ByteMatrix.zeros(queries, fine.width());
      this.coarseQueries = this.coarse;
      this.fineQueries = this.fine;
    }
  }

  @Override
  public Scratch scratch(int queries) {
    return new Sums(queries, coarse, fine);
  }

  @Override
  public void prepare(ByteMatrix queries, Scratch scratch) {
    Sums sums = (Sums) scratch;
    if (sums.coarseQueries.rows() != queries.rows()) {
      sums.coarseQueries = sums.coarse.rows(0, queries.rows());
      sums.fineQueries = sums.fine.rows(0, queries.rows());
    }
    coarse.sums(queries, sums.coarseQueries);
    fine.sums(queries, sums.fineQueries);
  }

  @Override
  public void estimate(int block, int base, int rows, Scratch scratch, Table table, TopK seeds) {
    Sums sums = (Sums) scratch;
    int queries = sums.fineQueries.rows();
    IntMatrix estimates = table.ints(queries, rows);
    kernels.distances(Metric.L1, sums.fineQueries, fineBlocks[block], estimates);
    for (int query = 0; query < queries; query++) {
      for (int i = 0; i < rows; i++) {
        seeds.offer(query, estimates.get(query, i), base + i);
      }
    }
  }

  @Override
  public void scan(int block, int[] limits, Scratch scratch, int[] counts, int[] hits) {
    Sums sums = (Sums) scratch;
    for (int query = 0; query < sums.coarseQueries.rows(); query++) {
      sums.limits[query] = coarse.limit(limits[query], slack);
    }
    kernels.l1AtMost(sums.coarseQueries, coarseBlocks[block], sums.limits, counts, hits);
    sums.distances[0] = ByteIndex.fetch(fineBlocks[block], counts, sums.coarseQueries.rows());
  }

  @Override
  public int narrow(int block, int query, int limit, Scratch scratch, int[] chosen, int count) {
    Sums sums = (Sums) scratch;
    kernels.distances(
        Metric.L1, sums.fineQueries, query, fineBlocks[block], chosen, count, sums.distances);
    int fineLimit = fine.limit(limit, slack);
    int kept = 0;
    for (int c = 0; c < count; c++) {
      if (sums.distances[c] <= fineLimit) {
        chosen[kept++] = chosen[c];
      }
    }
    return kept;
  }

  /** Which column belongs to which group. */
  private static final class Grouping {

    private final int[] groupOf;
    private final int groups;

    /**
     * h: 2^h is at least the columns of a group, so that 255 times as many, shifted by h, fit a
     * byte.
     */
    private final int shift;

    private Grouping(int[] groupOf, int groups, int shift) {
      this.groupOf = groupOf;
      this.groups = groups;
      this.shift = shift;
    }

    static Grouping blocks(int side, int block) {
      int across = Math.ceilDiv(side, block);
      int[] groupOf = new int[side * side];
      for (int i = 0; i < groupOf.length; i++) {
        groupOf[i] = i / side / block * across + i % side / block;
      }
      return new Grouping(groupOf, across * across, log2(block * block));
    }

    static Grouping runs(int columns, int run) {
      int[] groupOf = new int[columns];
      for (int i = 0; i < columns; i++) {
        groupOf[i] = i / run;
      }
      return new Grouping(groupOf, Math.ceilDiv(columns, run), log2(run));
    }

    private static int log2(int powerOfTwo) {
      return Integer.numberOfTrailingZeros(powerOfTwo);
    }

    /** The columns of a matrix of sums, padded to half a cache line: a vector of AVX2. */
    int width() {
      return Math.ceilDiv(groups, 32) * 32;
    }

    void sums(ByteMatrix rows, ByteMatrix out) {
      MemorySegment pixels = rows.segment();
      int[] sum = new int[groups];
      for (int i = 0; i < rows.rows(); i++) {
        long row = rows.index(i, 0);
        Arrays.fill(sum, 0);
        for (int p = 0; p < groupOf.length; p++) {
          sum[groupOf[p]] += pixels.get(ValueLayout.JAVA_BYTE, row + p) & 0xFF;
        }
        for (int g = 0; g < groups; g++) {
          out.set(i, g, sum[g] >> shift);
        }
      }
    }

    /** What the sum of differences of kept bytes may be when the distance is at most a limit. */
    int limit(int distance, double slack) {
      long loss = (long) (slack * groups * ((1 << shift) - 1));
      return (int) Math.min(Integer.MAX_VALUE, (distance + loss) >> shift);
    }
  }
}
