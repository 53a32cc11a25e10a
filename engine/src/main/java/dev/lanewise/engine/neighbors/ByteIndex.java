package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.Parallelism;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.matrix.Matrix;
import dev.lanewise.engine.memory.Pool;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rows of unsigned bytes, ranked by integers.
 *
 * <p>Rows are stored in blocks, and dealt out to them like cards: of b blocks, block i holds the
 * rows i, i + b, i + 2b, ... Each block is then a fair sample of the whole, also when the rows are
 * sorted by class, so the first blocks already bring the limits close to their final values.
 *
 * <p>A large index has a {@link Screen}. Each block of queries starts with a few seeds, the rows of
 * the first blocks with the lowest estimates; the k-th smallest of their distances is a limit that
 * the k-th neighbour cannot exceed. Then only rows pass whose bound is at most the limit (equality
 * included: a tie may be decided by the row), and the limit sinks from block to block. Where more
 * than one row in seven passes, the screen does not pay and the rest is measured row by row; where
 * a trial says so in advance, there is none. All this depends on the data alone, never on threads,
 * and never changes a result.
 */
final class ByteIndex implements NearestNeighbors.Index {

  /** The most queries a task: the rows of a block are read from memory once for so many. */
  static final int QUERIES = 512;

  /**
   * The fewest, and what all are a multiple of: where nothing can be pruned, rows turn into floats
   * once a task, which costs as much as some 30 queries.
   */
  private static final int MIN_QUERIES = 64;

  /**
   * The most queries of a small task, with a workspace of its own kind: what threads of a service
   * ask at a time, and a 32nd of the memory.
   */
  static final int FEW_QUERIES = 16;

  /** Tasks that a search should have at least, so that threads end at about the same time. */
  private static final int TASKS = 16;

  /** The same without a screen, for each thread: all tasks take the same time then. */
  private static final int TASKS_A_THREAD = 3;

  /** Rows a block: with 42 floats a row, the screen's part is 172 kB, in the second-level cache. */
  static final int ROWS = 1024;

  /** Blocks that seeds are taken from: 3 % of 60,000 rows. */
  private static final int SEED_BLOCKS = 2;

  /** Fewer rows are searched in less time than a screen takes to build. */
  private static final int MIN_ROWS = 4 * ROWS;

  /** More neighbours need a limit so high that little is left to screen. */
  private static final int MAX_K = 128;

  /**
   * The share of rows above which the screen costs more than it saves: measuring a chosen row costs
   * up to 1 / 0.15 times its share of a dense block.
   */
  private static final double MAX_SURVIVORS = 0.15;

  /** What a second bound takes of a distance: it has a sixth or a quarter of the columns. */
  private static final double NARROWING = 0.25;

  /** The kind of a file that holds one. */
  static final String KIND = "byte-index";

  private static final String ROWS_ENTRY = "rows";
  private static final String SCREEN = "screen";

  private final Engine engine;
  private final Metric metric;
  private final int columns;
  private final int count;

  /** All rows in one: where more can be appended, and in a file. */
  private final @Nullable ByteMatrix whole;

  private final ByteMatrix[] blocks;
  private final boolean dealt;
  private final @Nullable Screen screen;
  private final @Nullable ModelFile file;
  private final Workspaces workspaces;

  ByteIndex(Engine engine, ByteMatrix source, Distance distance) {
    this(engine, source, distance, false, 1);
  }

  /**
   * For tests.
   *
   * @param always whether few rows are screened too, and such that it does not help
   * @param slack 1; less makes bounds too tight, and results wrong
   */
  ByteIndex(Engine engine, ByteMatrix source, Distance distance, boolean always, double slack) {
    this.engine = engine;
    this.metric = distance.metric();
    this.columns = source.columns();
    this.count = source.rows();
    this.whole = null;
    this.blocks = new ByteMatrix[Math.ceilDiv(count, ROWS)];
    this.dealt = true;
    this.file = null;
    // Each in memory of its own: new pages, which take longer than the copy, by all threads.
    engine.parallelism().forEach(blocks.length, b -> blocks[b] = deal(source, b));
    if (!always && source.rows() < MIN_ROWS) {
      this.screen = null;
    } else if (metric == Metric.L1) {
      this.screen =
          columns < BlockSumScreen.MIN_COLUMNS
              ? null
              : new BlockSumScreen(engine, blocks, columns, slack);
    } else if (columns < ProjectionScreen.MIN_COLUMNS) {
      this.screen = null;
    } else {
      this.screen =
          always
              ? new ProjectionScreen(engine, blocks, slack)
              : ProjectionScreen.ifItHelps(engine, blocks);
    }
    this.workspaces = new Workspaces(columns, screen);
  }

  private ByteMatrix deal(ByteMatrix source, int b) {
    ByteMatrix block = padded(size(b), columns);
    for (int i = 0; i < block.rows(); i++) {
      int row = row(b, i);
      block.block(i, i + 1, 0, columns).setAll(source.rows(row, row + 1));
    }
    return block;
  }

  /** Rows in their order, some of which are yet to come; see {@link #append}. */
  private ByteIndex(
      Engine engine, Metric metric, int columns, ByteMatrix rows, Workspaces workspaces) {
    this.engine = engine;
    this.metric = metric;
    this.columns = columns;
    this.count = rows.rows();
    this.whole = rows;
    this.blocks = new ByteMatrix[Math.ceilDiv(count, ROWS)];
    for (int b = 0; b < blocks.length; b++) {
      blocks[b] = rows.rows(b * ROWS, Math.min(count, (b + 1) * ROWS));
    }
    this.dealt = false;
    this.screen = null;
    this.file = null;
    this.workspaces = workspaces;
  }

  /** An index without rows, to append to. */
  static ByteIndex appendable(Engine engine, int columns, Distance distance) {
    return new ByteIndex(
        engine, distance.metric(), columns, padded(0, columns), new Workspaces(columns, null));
  }

  /**
   * This index and more rows. Both share memory: rows are written behind those of this index, where
   * no reader of it looks. So only one index may be made of each, by one thread at a time, and
   * published safely.
   */
  ByteIndex append(ByteMatrix more) {
    ByteMatrix rows = Objects.requireNonNull(whole);
    int total = Math.addExact(count, more.rows());
    int stride = paddedColumns(columns);
    long room = rows.segment().byteSize() / stride;
    ByteMatrix storage;
    if (room >= total) {
      storage = ByteMatrix.of(rows.segment(), (int) Math.min(room, Integer.MAX_VALUE), stride);
    } else {
      storage = padded(capacity(total), columns);
      storage.rows(0, count).setAll(rows);
    }
    storage.block(count, total, 0, columns).setAll(more);
    return new ByteIndex(engine, metric, columns, storage.rows(0, total), workspaces);
  }

  /** Doubling makes appending n rows one by one copy at most 2n. */
  static int capacity(int count) {
    return Math.max(64, (int) Math.min(Integer.MAX_VALUE - 8, 2L * count));
  }

  /** Searches rows where they lie in a file. */
  ByteIndex(Engine engine, ModelFile file, int columns, Distance distance) {
    this.engine = engine;
    this.metric = distance.metric();
    this.columns = columns;
    this.file = file;
    ByteMatrix rows = file.bytes(ROWS_ENTRY);
    if (columns > Shapes.MAX_BYTE_COLUMNS || rows.columns() != paddedColumns(columns)) {
      throw file.wrong(ROWS_ENTRY, "are " + rows.shape() + " for " + columns + " columns");
    }
    this.count = rows.rows();
    this.whole = rows;
    this.blocks = new ByteMatrix[Math.ceilDiv(count, ROWS)];
    int first = 0;
    for (int b = 0; b < blocks.length; b++) {
      blocks[b] = rows.rows(first, first + size(b));
      first += size(b);
    }
    this.dealt = true;
    ScreenKind kind = file.constant(SCREEN, ScreenKind.class);
    boolean fits =
        switch (kind) {
          case NONE -> true;
          case BLOCK_SUMS -> metric == Metric.L1 && columns >= BlockSumScreen.MIN_COLUMNS;
          case PROJECTION -> metric == Metric.SQUARED_L2 && columns >= ProjectionScreen.MIN_COLUMNS;
        };
    if (!fits) {
      throw file.wrong(SCREEN, "is " + kind + " for " + columns + " columns, " + distance);
    }
    this.screen =
        switch (kind) {
          case NONE -> null;
          case BLOCK_SUMS -> new BlockSumScreen(engine, blocks, columns, file);
          case PROJECTION -> new ProjectionScreen(engine, blocks, file);
        };
    this.workspaces = new Workspaces(columns, screen);
  }

  /** The screens as files name them. */
  private enum ScreenKind {
    NONE,
    BLOCK_SUMS,
    PROJECTION;

    static ScreenKind of(@Nullable Screen screen) {
      if (screen == null) {
        return NONE;
      }
      return screen instanceof BlockSumScreen ? BLOCK_SUMS : PROJECTION;
    }
  }

  @Override
  public Engine engine() {
    return engine;
  }

  @Override
  public int rows() {
    return count;
  }

  @Override
  public double distance(long measure) {
    return metric == Metric.L1 ? (double) measure : Math.sqrt((double) measure);
  }

  @Override
  public void copyRow(int row, Matrix to, int toRow) {
    int block = dealt ? row % blocks.length : row / ROWS;
    int position = dealt ? row / blocks.length : row % ROWS;
    ((ByteMatrix) to)
        .block(toRow, toRow + 1, 0, columns)
        .setAll(blocks[block].block(position, position + 1, 0, columns));
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public void save(ModelWriter writer) {
    writer
        .text(SCREEN, ScreenKind.of(screen).name())
        .bytes(ROWS_ENTRY, whole == null ? List.of(blocks) : List.of(whole));
    if (screen != null) {
      screen.save(writer);
    }
  }

  @Override
  public void verify() {
    if (file == null) {
      return;
    }
    file.verify();
    ByteMatrix rows = Objects.requireNonNull(whole);
    for (int i = 0; i < rows.rows(); i++) {
      for (int j = columns; j < rows.columns(); j++) {
        if (rows.get(i, j) != 0) {
          throw file.wrong(ROWS_ENTRY, i, j, "is beyond the columns and not 0");
        }
      }
    }
    if (screen != null) {
      screen.verify(file);
    }
  }

  /** Refuses a matrix of a file that differs from the one that should be there. */
  static void same(ModelFile file, String name, Matrix actual, Matrix expected, int elementBytes) {
    long at = actual.segment().mismatch(expected.segment());
    if (at >= 0) {
      long element = at / elementBytes;
      throw file.wrong(
          name,
          (int) (element / actual.columns()),
          (int) (element % actual.columns()),
          "is not what the rows of the index give");
    }
  }

  /** The rows of a block that were dealt to it: blocks as even as can be, larger ones first. */
  private int size(int b) {
    return Math.ceilDiv(count - b, blocks.length);
  }

  /**
   * Zeros of whole cache lines a row: columns that are 0 everywhere change no distance, and with
   * them every row is aligned and no kernel has columns left over.
   */
  static ByteMatrix padded(int rows, int columns) {
    return ByteMatrix.zeros(rows, paddedColumns(columns));
  }

  private static int paddedColumns(int columns) {
    int whole = Math.ceilDiv(columns, ByteMatrix.ALIGNMENT) * ByteMatrix.ALIGNMENT;
    // Of the most columns that kernels take, one is beyond the last whole line.
    return Math.min(whole, Shapes.MAX_BYTE_COLUMNS);
  }

  /** The row of the source at a position in a block. */
  private int row(int block, int position) {
    return dealt ? block + position * blocks.length : block * ROWS + position;
  }

  @Override
  public Found search(Matrix matrix, int k, @Nullable BitSet hidden) {
    if (!(matrix instanceof ByteMatrix queries)) {
      throw new IllegalArgumentException(
          "this index is over bytes and the queries are floats: build the index from a"
              + " FloatMatrix");
    }
    int all = queries.rows();
    Screen bounds = k <= MAX_K ? screen : null;
    int tasks = bounds == null ? TASKS_A_THREAD * engine.parallelism().threads() : TASKS;
    int wanted = Math.ceilDiv(Math.ceilDiv(all, tasks), MIN_QUERIES) * MIN_QUERIES;
    int some = Math.clamp(wanted, MIN_QUERIES, QUERIES);
    Found found = new Found(all, k);
    Thread caller = Thread.currentThread();
    engine
        .parallelism()
        .forEach(
            Math.ceilDiv(all, some),
            task -> {
              int from = task * some;
              int to = Math.min(all, from + some);
              Workspace workspace = workspaces.take(to - from);
              try {
                workspace.begin(queries, from, to, hidden, caller);
                if (bounds != null) {
                  screened(bounds, workspace, k);
                } else {
                  workspace.best.reset(workspace.count(), k);
                  for (int block = 0; block < blocks.length; block++) {
                    measureAll(workspace, block);
                  }
                }
                found.take(workspace.best, from, workspace.count());
              } finally {
                workspace.end();
                workspaces.give(workspace);
              }
            });
    return found;
  }

  private void screened(Screen screen, Workspace workspace, int k) {
    screen.prepare(workspace.queries(), workspace.scratch());
    seed(screen, workspace, k);
    TopK best = workspace.best;
    best.reset(workspace.count(), k);
    long passed = 0;
    long measured = 0;
    long seen = 0;
    int block = 0;
    for (;
        block < blocks.length && measured + NARROWING * passed <= MAX_SURVIVORS * seen;
        block++) {
      workspace.checkInterrupted();
      for (int query = 0; query < workspace.count(); query++) {
        workspace.limits[query] = (int) best.limit(query, workspace.ceilings[query]);
      }
      screen.scan(block, workspace.limits, workspace.scratch(), workspace.counts, workspace.hits);
      // First all bounds, then all distances: each stays in the cache meanwhile.
      for (int query = 0; query < workspace.count(); query++) {
        passed += workspace.counts[query];
        narrow(screen, workspace, block, query);
      }
      workspace.distances[0] = fetch(blocks[block], workspace.counts, workspace.count());
      for (int query = 0; query < workspace.count(); query++) {
        measured += measureHits(workspace, block, query);
      }
      seen += (long) workspace.count() * blocks[block].rows();
    }
    for (; block < blocks.length; block++) {
      measureAll(workspace, block);
    }
  }

  /**
   * Sets each query's ceiling: the k-th smallest distance to the rows that look nearest. Twice as
   * many as needed, because some only look near.
   */
  private void seed(Screen screen, Workspace workspace, int k) {
    int seedBlocks = Math.min(SEED_BLOCKS, blocks.length);
    int available = 0;
    for (int block = 0; block < seedBlocks; block++) {
      available += blocks[block].rows();
    }
    int wanted = Math.min(2 * k + 8, available);
    TopK seeds = workspace.seeds;
    seeds.reset(workspace.count(), wanted);
    for (int block = 0; block < seedBlocks; block++) {
      screen.estimate(
          block, block * ROWS, blocks[block].rows(), workspace.scratch(), workspace.table(), seeds);
    }
    TopK best = workspace.best;
    best.reset(workspace.count(), k);
    for (int query = 0; query < workspace.count(); query++) {
      for (int block = 0; block < seedBlocks; block++) {
        int chosen = 0;
        for (int rank = 0; rank < wanted; rank++) {
          int at = seeds.row(query, rank);
          if (at / ROWS == block) {
            workspace.chosen[chosen++] = at % ROWS;
          }
        }
        measure(workspace, block, query, chosen);
      }
      workspace.ceilings[query] = best.limit(query, Integer.MAX_VALUE);
    }
  }

  /** Leaves those hits that are rows and pass the second bound. */
  private void narrow(Screen screen, Workspace workspace, int block, int query) {
    int first = query * width(blocks[block].rows());
    int chosen = 0;
    for (int hit = 0; hit < workspace.counts[query]; hit++) {
      int position = workspace.hits[first + hit];
      if (position < blocks[block].rows()) {
        workspace.chosen[chosen++] = position;
      }
    }
    chosen =
        screen.narrow(
            block, query, workspace.limits[query], workspace.scratch(), workspace.chosen, chosen);
    System.arraycopy(workspace.chosen, 0, workspace.hits, first, chosen);
    workspace.counts[query] = chosen;
  }

  private int measureHits(Workspace workspace, int block, int query) {
    int chosen = workspace.counts[query];
    int first = query * width(blocks[block].rows());
    System.arraycopy(workspace.hits, first, workspace.chosen, 0, chosen);
    measure(workspace, block, query, chosen);
    return chosen;
  }

  /** Measures the chosen rows of a block against one query. */
  private void measure(Workspace workspace, int block, int query, int chosen) {
    if (chosen == 0) {
      return;
    }
    EngineKernels.of(engine)
        .distances(
            metric,
            workspace.queries(),
            query,
            blocks[block],
            workspace.chosen,
            chosen,
            workspace.distances);
    for (int c = 0; c < chosen; c++) {
      workspace.offer(query, workspace.distances[c], row(block, workspace.chosen[c]));
    }
  }

  /** Measures all rows of a block against all queries. */
  private void measureAll(Workspace workspace, int block) {
    workspace.checkInterrupted();
    Kernels kernels = EngineKernels.of(engine);
    TopK best = workspace.best;
    IntMatrix out = workspace.table().ints(workspace.count(), blocks[block].rows());
    kernels.distances(metric, workspace.queries(), blocks[block], out);
    for (int query = 0; query < workspace.count(); query++) {
      int limit = (int) best.limit(query, Integer.MAX_VALUE);
      int found = kernels.atMost(out, query, limit, workspace.chosen);
      for (int hit = 0; hit < found; hit++) {
        int position = workspace.chosen[hit];
        workspace.offer(query, out.get(query, position), row(block, position));
      }
    }
  }

  /**
   * Reads rows in their order before they are visited in another, if there are at least as many
   * visits: in order, memory is read ahead of its use, and the visits wait for none of it. That
   * takes a tenth off a search for 10 neighbours, and a twentieth for one (Zen 5).
   *
   * @param counts how often queries will visit a row
   * @return a number that whoever calls has to keep, or nothing would be read
   */
  static int fetch(ByteMatrix rows, int[] counts, int queries) {
    int visits = 0;
    for (int query = 0; query < queries; query++) {
      visits += counts[query];
    }
    return visits < rows.rows() ? 0 : sumOfLines(rows);
  }

  private static int sumOfLines(ByteMatrix rows) {
    MemorySegment bytes = rows.segment();
    long end = rows.index(rows.rows() - 1, rows.columns() - 1);
    int sum = 0;
    for (long at = rows.index(0, 0); at <= end; at += ByteMatrix.ALIGNMENT) {
      sum += bytes.get(ValueLayout.JAVA_BYTE, at);
    }
    return sum;
  }

  /** The columns of a block's screen: whole tiles at any vector width. */
  static int width(int rows) {
    return Math.ceilDiv(rows, 64) * 64;
  }

  /** The idle workspaces of an index. */
  private static final class Workspaces {
    private final Pool<Workspace> forFew;
    private final Pool<Workspace> forMany;

    Workspaces(int columns, @Nullable Screen screen) {
      forFew = new Pool<>(WORKSPACES, () -> new Workspace(FEW_QUERIES, columns, screen));
      forMany = new Pool<>(WORKSPACES, () -> new Workspace(QUERIES, columns, screen));
    }

    Workspace take(int queries) {
      return pool(queries).take();
    }

    void give(Workspace workspace) {
      pool(workspace.most()).give(workspace);
    }

    private Pool<Workspace> pool(int queries) {
      return queries <= FEW_QUERIES ? forFew : forMany;
    }
  }

  /** What one search thread needs. */
  private static final class Workspace {
    final TopK best = new TopK();
    final TopK seeds = new TopK();
    final long[] ceilings;
    final int[] limits;
    final int[] counts;
    final int[] hits;
    final int[] chosen = new int[ROWS];
    final int[] distances = new int[ROWS];

    private final ByteMatrix all;
    private ByteMatrix queries;
    private final Screen.@Nullable Scratch scratch;
    private @Nullable Table table;
    private @Nullable BitSet hidden;
    private @Nullable Thread caller;

    Workspace(int most, int columns, @Nullable Screen screen) {
      this.ceilings = new long[most];
      this.limits = new int[most];
      this.counts = new int[most];
      this.all = padded(most, columns);
      this.queries = all;
      this.scratch = screen == null ? null : screen.scratch(most);
      // Up to 2 MB: small and changed indexes, of which there may be many, have no screen.
      this.hits = new int[screen == null ? 0 : most * ROWS];
    }

    int most() {
      return all.rows();
    }

    void begin(
        ByteMatrix source, int from, int to, @Nullable BitSet hidden, @Nullable Thread caller) {
      table = Table.take(to - from);
      if (queries.rows() != to - from) {
        queries = all.rows(0, to - from);
      }
      queries.block(0, to - from, 0, source.columns()).setAll(source.rows(from, to));
      this.hidden = hidden;
      this.caller = caller;
    }

    /** However a search ended: keeps nothing of it but room. */
    void end() {
      if (table != null) {
        table.giveBack();
        table = null;
      }
      hidden = null;
      caller = null;
    }

    void checkInterrupted() {
      if (caller != null) {
        Parallelism.throwIfInterrupted(caller);
      }
    }

    void offer(int query, int distance, int row) {
      if (hidden == null || !hidden.get(row)) {
        best.offer(query, distance, row);
      }
    }

    ByteMatrix queries() {
      return queries;
    }

    int count() {
      return queries.rows();
    }

    Screen.Scratch scratch() {
      return Objects.requireNonNull(scratch);
    }

    Table table() {
      return Objects.requireNonNull(table);
    }
  }
}
