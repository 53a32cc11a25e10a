package dev.lanewise.cli.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Paint;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.font.FontRenderContext;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.math.BigDecimal;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.FieldPosition;
import java.text.NumberFormat;
import java.text.ParsePosition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.LegendItem;
import org.jfree.chart.LegendItemCollection;
import org.jfree.chart.annotations.XYTextAnnotation;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTick;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.axis.TickUnits;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.DatasetRenderingOrder;
import org.jfree.chart.plot.SeriesRenderingOrder;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.PaintScale;
import org.jfree.chart.renderer.xy.XYBlockRenderer;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.text.TextUtils;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.title.PaintScaleLegend;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.Layer;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.Range;
import org.jfree.data.xy.DefaultXYZDataset;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.jspecify.annotations.Nullable;

/** The charts of a report. What is published is hollow, what is ours is filled. */
final class Charts {

  /** Shown on a phone's 390 pixels, letters of 12 are still 10 high. */
  private static final int WIDTH = 440;

  private static final int HEIGHT = 330;

  /** Of a line of text. */
  private static final int LINE = 14;

  /** Above and below the text of a row. */
  private static final int ROW_PADDING = 10;

  /** Title, axis and legend. */
  private static final int AROUND = 130;

  /** More points than this run into each other. */
  private static final int MOST_SHAPES = 25;

  /** From so many runs of one kind on, they are drawn as a bundle. */
  private static final int BUNDLE = 3;

  /** With more of them, only every second has a label. */
  private static final int MOST_DECADES = 4;

  /** Values that differ by so much are drawn on a log scale. */
  private static final double DECADES = 50;

  /** Standard deviations beyond which only a figure's side matters. Shares are always nearer. */
  private static final double FARTHEST = 8;

  /** Longer lines of a label would leave no room for the chart. */
  private static final int LABEL_LENGTH = 25;

  private static final int LABEL_LINES = 3;

  /** A word that is longer than a line may be so much. */
  private static final int LONGEST_WORD = 30;

  /** Powers of ten of the smallest and the largest step between two labels of an axis. */
  private static final int FINEST = -9;

  private static final int COARSEST = 12;

  /** Cells of a grid with more columns have room for small figures. */
  private static final int WIDE = 6;

  /** A row whose range is a smaller part of the chart is a dot, whatever it says. */
  private static final double READABLE = 1 / 20.0;

  private static final Pattern SEED = Pattern.compile("(.*?)(?:, )?seed \\d+");

  private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 10);
  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 14);

  // Cividis: read alike with and without red-green blindness, and in grey.
  private static final int[] SCALE = {
    0x00224E, 0x2A3F6D, 0x575C6D, 0x7D7C78, 0xA59C74, 0xD2C060, 0xFEE838
  };

  /** A drawn chart. */
  record Chart(String title, String svg) {}

  /** A figure over several runs; {@code published} is NaN if nothing was. */
  record Interval(
      String label, double mean, double sd, double least, double most, double published) {

    /** In standard deviations from the mean. */
    Interval standardized() {
      return new Interval(
          label, 0, 1, (least - mean) / sd, (most - mean) / sd, (published - mean) / sd);
    }
  }

  /** Of which the time is shown beside the published. */
  record Timed(String label, double ours, double published) {}

  static {
    // Else turned text becomes outlines, which nobody can select or search.
    TextUtils.setUseDrawRotatedStringWorkaround(false);
    // Else widths are sums of whole pixels, which no browser draws.
    TextUtils.setUseFontMetricsGetStringBounds(true);
  }

  private Charts() {}

  /**
   * Makes sure that there is something to write with.
   *
   * @throws ReportException if Java has no fonts here
   */
  static void requireFonts() throws ReportException {
    try {
      TEXT.getStringBounds("0", new FontRenderContext(null, true, true));
    } catch (RuntimeException | LinkageError | InternalError e) {
      throw new ReportException(
          "cannot draw: Java finds no fonts here; install fontconfig and a font, for example with"
              + " 'apt install fontconfig fonts-dejavu-core'");
    }
  }

  /** The lines of one chart. */
  static Chart curves(String id, String title, List<Results.Line> lines, List<Results.Mark> marks) {
    Map<String, List<Results.Line>> ours = new LinkedHashMap<>();
    List<Results.Line> published = new ArrayList<>();
    for (Results.Line line : lines) {
      if (line.published()) {
        published.add(line);
      } else {
        Matcher seed = SEED.matcher(line.name());
        String bundle = seed.matches() ? "\0" + seed.group(1) : line.name();
        ours.computeIfAbsent(bundle, name -> new ArrayList<>()).add(line);
      }
    }
    XYPlot plot = plot(axis(lines, 0), axis(lines, 1));
    XYSeriesCollection data = new XYSeriesCollection();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
    renderer.setDrawSeriesLineAsPath(true);
    // Dashed lines over solid ones: where two are the same, both are seen.
    plot.setSeriesRenderingOrder(SeriesRenderingOrder.FORWARD);
    LegendItemCollection legend = new LegendItemCollection();
    Map<String, Integer> colors = new LinkedHashMap<>();
    List<String> told = new ArrayList<>();
    for (List<Results.Line> bundle : ours.values()) {
      int color = colors.size();
      boolean many = bundle.size() >= BUNDLE;
      for (int i = 0; i < bundle.size(); i++) {
        Results.Line line = bundle.get(i);
        if (!many || i == 0) {
          color = colors.size();
          colors.put(line.name(), color);
        }
        int series = data.getSeriesCount();
        data.addSeries(points(line, series));
        boolean shapes = line.points().size() <= MOST_SHAPES;
        Color paint = Svg.series(color);
        Stroke stroke = many ? new BasicStroke(1.2f) : stroke(color);
        renderer.setSeriesPaint(
            series,
            many ? new Color(paint.getRed(), paint.getGreen(), paint.getBlue(), 130) : paint);
        renderer.setSeriesStroke(series, stroke);
        renderer.setSeriesShapesVisible(series, shapes);
        renderer.setSeriesShape(series, shape(color, 3));
        if (!many || i == 0) {
          Matcher seed = SEED.matcher(line.name());
          String name =
              many && seed.matches()
                  ? (seed.group(1).isEmpty() ? "" : seed.group(1) + ", ") + bundle.size() + " seeds"
                  : line.name();
          legend.add(item(name, paint, stroke, shapes ? shape(color, 3) : null, true));
          told.add(name + " " + ends(line));
        }
      }
    }
    plot.setDataset(0, data);
    plot.setRenderer(0, renderer);
    XYSeriesCollection theirs = new XYSeriesCollection();
    XYLineAndShapeRenderer hollow = new XYLineAndShapeRenderer(false, true);
    hollow.setUseFillPaint(true);
    hollow.setUseOutlinePaint(true);
    hollow.setDrawSeriesLineAsPath(true);
    boolean together = together(published, colors);
    for (Results.Line line : published) {
      int series = theirs.getSeriesCount();
      theirs.addSeries(points(line, series));
      Color paint = published(line, colors);
      // So many diamonds would be a smear.
      boolean many = line.points().size() > MOST_SHAPES;
      Stroke stroke = new BasicStroke(many ? 2.4f : 1.8f);
      hollow.setSeriesLinesVisible(series, many);
      hollow.setSeriesShapesVisible(series, !many);
      hollow.setSeriesStroke(series, stroke);
      hollow.setSeriesFillPaint(series, Svg.SURFACE);
      hollow.setSeriesPaint(series, paint);
      hollow.setSeriesOutlinePaint(series, paint);
      hollow.setSeriesOutlineStroke(series, stroke);
      hollow.setSeriesShape(series, diamond(4.5));
      if (!together) {
        legend.add(item(line.name(), paint, stroke, many ? null : diamond(4.5), many));
      } else if (series == 0) {
        legend.add(
            item(
                "published, in the same colours",
                Svg.INK,
                new BasicStroke(1.8f),
                diamond(4.5),
                false));
      }
      told.add(line.name() + " " + ends(line));
    }
    plot.setDataset(1, theirs);
    plot.setRenderer(1, hollow);
    plot.setDatasetRenderingOrder(DatasetRenderingOrder.FORWARD);
    mark(plot, marks, colors, legend);
    plot.setFixedLegendItems(legend);
    Results.Line first = lines.getFirst();
    List<String> places = marks.stream().map(Results.Mark::label).toList();
    return draw(
        id,
        plot,
        title,
        HEIGHT,
        String.format(
            Locale.ROOT,
            "Line chart, %s: %s over %s. %s.%s",
            title,
            first.y(),
            first.x(),
            String.join("; ", told),
            places.isEmpty() ? "" : " Marked: " + String.join("; ", places) + "."));
  }

  private static XYSeries points(Results.Line line, int key) {
    XYSeries series = new XYSeries(key, false, true);
    line.points().forEach(point -> series.add(point[0], point[1]));
    return series;
  }

  private static String ends(Results.Line line) {
    if (line.points().isEmpty()) {
      return "is empty";
    }
    double[] first = line.points().getFirst();
    double[] last = line.points().getLast();
    return line.points().size() == 1
        ? String.format(Locale.ROOT, "%.4g at %.6g", first[1], first[0])
        : String.format(
            Locale.ROOT, "from %.4g at %.6g to %.4g at %.6g", first[1], first[0], last[1], last[0]);
  }

  /** Whether the published points are many kinds, and each has a line of ours in its colour. */
  private static boolean together(List<Results.Line> published, Map<String, Integer> colors) {
    return published.size() > 1
        && published.stream()
            .allMatch(
                line ->
                    line.points().size() <= MOST_SHAPES
                        && !published(line, colors).equals(Svg.INK));
  }

  /** The colour of our line of the same name. */
  private static Color published(Results.Line line, Map<String, Integer> colors) {
    String name = line.name().replaceAll(",? published$", "");
    Integer color = colors.get(name);
    if (color == null) {
      color =
          colors.entrySet().stream()
              .filter(entry -> entry.getKey().startsWith(name + ","))
              .map(Map.Entry::getValue)
              .findFirst()
              .orElse(null);
    }
    return color == null ? Svg.INK : Svg.series(color);
  }

  /** Places on the x axis. Their names are in the legend: in the chart they would cross curves. */
  private static void mark(
      XYPlot plot,
      List<Results.Mark> marks,
      Map<String, Integer> colors,
      LegendItemCollection legend) {
    for (Results.Mark mark : marks) {
      Color paint =
          colors.entrySet().stream()
              .filter(entry -> mark.label().startsWith(entry.getKey() + ":"))
              .map(entry -> Svg.series(entry.getValue()))
              .findFirst()
              .orElse(Svg.INK);
      Stroke stroke = dashed(1.6f, 2, 3);
      ValueMarker marker = new ValueMarker(mark.x(), paint, stroke);
      marker.setAlpha(1);
      plot.addDomainMarker(marker, Layer.FOREGROUND);
      LegendItem item = item(mark.label(), paint, stroke, null, true);
      item.setLine(new Line2D.Double(0, -7, 0, 7));
      legend.add(item);
    }
  }

  /** Whether figures with one axis for all could be told apart. */
  static boolean readable(List<Interval> rows) {
    double[] ranges = rows.stream().mapToDouble(row -> row.most() - row.least()).sorted().toArray();
    return ranges.length == 0 || ranges[ranges.length / 2] >= READABLE * extent(rows).getLength();
  }

  /** From the smallest to the largest of what is drawn. */
  private static Range extent(List<Interval> rows) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (Interval row : rows) {
      double published = Double.isNaN(row.published()) ? row.mean() : shown(row.published());
      least = Math.min(least, Math.min(row.least(), published));
      most = Math.max(most, Math.max(row.most(), published));
    }
    return new Range(least, most);
  }

  private static double shown(double published) {
    return Math.clamp(published, -FARTHEST, FARTHEST);
  }

  /**
   * The figures over the seeds, with the published ones.
   *
   * @param rows of this chart
   * @param all of the charts that have one axis with it
   */
  static Chart intervals(
      String id, String title, String x, List<Interval> rows, List<Interval> all) {
    XYIntervalSeriesCollection ranges = new XYIntervalSeriesCollection();
    XYIntervalSeriesCollection deviations = new XYIntervalSeriesCollection();
    XYSeriesCollection published = new XYSeriesCollection();
    XYIntervalSeries range = new XYIntervalSeries("range");
    XYIntervalSeries deviation = new XYIntervalSeries("deviation");
    XYSeries theirs = new XYSeries("published", false);
    RowAxis labels = new RowAxis(rows.stream().map(Interval::label).toList());
    List<String> told = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Interval row = rows.get(i);
      double y = labels.middle(i);
      range.add(row.mean(), row.least(), row.most(), y, y, y);
      deviation.add(
          row.mean(),
          Math.max(row.least(), row.mean() - row.sd()),
          Math.min(row.most(), row.mean() + row.sd()),
          y,
          y,
          y);
      if (!Double.isNaN(row.published())) {
        theirs.add(shown(row.published()), y);
      }
      told.add(
          String.format(
              Locale.ROOT,
              "%s %.4g, %.4g to %.4g%s",
              row.label(),
              row.mean(),
              row.least(),
              row.most(),
              Double.isNaN(row.published())
                  ? ""
                  : String.format(Locale.ROOT, ", published %.4g", row.published())));
    }
    ranges.addSeries(range);
    deviations.addSeries(deviation);
    published.addSeries(theirs);
    boolean beyond = rows.stream().anyMatch(row -> Math.abs(row.published()) > FARTHEST);
    String unit =
        beyond ? x + String.format(Locale.ROOT, " (beyond %.0f: at the edge)", FARTHEST) : x;
    NumberAxis axis = number(unit);
    Range extent = extent(all);
    // A marker's radius more, or those at the ends would be cut.
    axis.setRange(
        Range.expand(
            extent.getLength() > 0
                ? extent
                : Range.expandToInclude(extent, extent.getLowerBound() + 1e-3),
            .05,
            .05));
    XYPlot plot = plot(axis, labels);
    plot.setRangeGridlinesVisible(false);
    Color ours = Svg.series(0);
    plot.setDataset(0, ranges);
    plot.setRenderer(0, bars(ours, new BasicStroke(1.4f), false));
    plot.setDataset(1, deviations);
    plot.setRenderer(1, bars(ours, new BasicStroke(5f, BasicStroke.CAP_BUTT, 0), true));
    plot.setDataset(2, published);
    plot.setRenderer(2, hollow(Svg.series(1)));
    plot.setDatasetRenderingOrder(DatasetRenderingOrder.FORWARD);
    LegendItemCollection legend = new LegendItemCollection();
    legend.add(
        item(
            "our mean", ours, new BasicStroke(1), new Ellipse2D.Double(-4, -4, 8, 8), false, true));
    legend.add(item("± 1 sd", ours, new BasicStroke(5f), null, true));
    legend.add(item("range", ours, new BasicStroke(1.4f), null, true));
    if (!theirs.isEmpty()) {
      legend.add(item("published", Svg.series(1), new BasicStroke(1.8f), diamond(5), false));
    }
    plot.setFixedLegendItems(legend);
    return draw(
        id,
        plot,
        title,
        AROUND + labels.height(),
        "Interval chart, " + title + ", " + unit + ": " + String.join("; ", told) + ".");
  }

  private static XYErrorRenderer bars(Color paint, Stroke stroke, boolean shapes) {
    XYErrorRenderer renderer = new XYErrorRenderer();
    renderer.setDrawXError(true);
    renderer.setDrawYError(false);
    renderer.setCapLength(shapes ? 0 : 8);
    renderer.setErrorPaint(paint);
    renderer.setErrorStroke(stroke);
    renderer.setSeriesPaint(0, paint);
    renderer.setSeriesShape(0, new Ellipse2D.Double(-5, -5, 10, 10));
    renderer.setDefaultShapesVisible(shapes);
    return renderer;
  }

  private static XYLineAndShapeRenderer hollow(Color paint) {
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(false, true);
    renderer.setUseFillPaint(true);
    renderer.setUseOutlinePaint(true);
    renderer.setSeriesFillPaint(0, Svg.SURFACE);
    renderer.setSeriesPaint(0, paint);
    renderer.setSeriesOutlinePaint(0, paint);
    renderer.setSeriesOutlineStroke(0, new BasicStroke(1.8f));
    renderer.setSeriesShape(0, diamond(5));
    return renderer;
  }

  /** Our times beside the published ones. */
  static Chart speed(String id, String title, List<Timed> rows) {
    XYIntervalSeriesCollection links = new XYIntervalSeriesCollection();
    XYIntervalSeries link = new XYIntervalSeries("link");
    XYSeries theirs = new XYSeries("published", false);
    RowAxis labels = new RowAxis(rows.stream().map(Timed::label).toList());
    List<String> told = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Timed row = rows.get(i);
      double y = labels.middle(i);
      link.add(
          row.ours(),
          Math.min(row.ours(), row.published()),
          Math.max(row.ours(), row.published()),
          y,
          y,
          y);
      theirs.add(row.published(), y);
      told.add(
          row.label()
              + " "
              + Numbers.time(row.ours())
              + ", published "
              + Numbers.time(row.published()));
    }
    links.addSeries(link);
    LogAxis axis = log("time (log scale)");
    axis.setNumberFormatOverride(new TimeFormat());
    double shortest =
        rows.stream().mapToDouble(row -> Math.min(row.ours(), row.published())).min().orElse(1);
    double longest =
        rows.stream().mapToDouble(row -> Math.max(row.ours(), row.published())).max().orElse(1);
    // From milliseconds to hours, labels of every decade would touch.
    axis.setTickUnit(new NumberTickUnit(Math.log10(longest / shortest) > MOST_DECADES ? 2 : 1));
    XYPlot plot = plot(axis, labels);
    plot.setRangeGridlinesVisible(false);
    XYErrorRenderer ours = bars(Svg.series(0), new BasicStroke(1.2f), true);
    ours.setErrorPaint(Svg.MUTED);
    plot.setDataset(0, links);
    plot.setRenderer(0, ours);
    plot.setDataset(1, new XYSeriesCollection(theirs));
    plot.setRenderer(1, hollow(Svg.series(1)));
    plot.setDatasetRenderingOrder(DatasetRenderingOrder.FORWARD);
    LegendItemCollection legend = new LegendItemCollection();
    legend.add(
        item(
            "here",
            Svg.series(0),
            new BasicStroke(1),
            new Ellipse2D.Double(-5, -5, 10, 10),
            false,
            true));
    legend.add(item("published", Svg.series(1), new BasicStroke(1.8f), diamond(5), false));
    plot.setFixedLegendItems(legend);
    return draw(
        id,
        plot,
        title,
        AROUND + labels.height(),
        "Dot chart on a log scale, " + title + ": " + String.join("; ", told) + ".");
  }

  /** A table coloured by its values, which stand in its cells. */
  static Chart grid(String id, Results.Grid grid) {
    int rows = grid.rows().size();
    int columns = grid.columns().size();
    double[][] cells = new double[3][rows * columns];
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    double leastAboveZero = Double.POSITIVE_INFINITY;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        double value = grid.values().get(row).get(column);
        int at = row * columns + column;
        cells[0][at] = column;
        cells[1][at] = row;
        cells[2][at] = value;
        least = Math.min(least, value);
        most = Math.max(most, value);
        leastAboveZero = value > 0 ? Math.min(leastAboveZero, value) : leastAboveZero;
      }
    }
    boolean log = least >= 0 && most > DECADES * leastAboveZero;
    boolean share = least >= 0 && most <= 1;
    Shades shades =
        share
            ? new Shades(0, 1, false)
            : new Shades(log ? leastAboveZero : least, most > least ? most : least + 1, log);
    XYPlot plot =
        plot(
            symbols(grid.columnTitle(), grid.columns().toArray(String[]::new)),
            symbols(grid.rowTitle(), grid.rows().toArray(String[]::new)));
    plot.getRangeAxis().setInverted(true);
    plot.setDomainGridlinesVisible(false);
    plot.setRangeGridlinesVisible(false);
    DefaultXYZDataset data = new DefaultXYZDataset();
    data.addSeries("cells", cells);
    XYBlockRenderer renderer = new XYBlockRenderer();
    renderer.setPaintScale(shades);
    plot.setDataset(data);
    plot.setRenderer(renderer);
    for (int at = 0; at < rows * columns; at++) {
      double value = cells[2][at];
      String text = value == 0 && log ? "·" : Numbers.figure(value, grid.decimals());
      XYTextAnnotation annotation = new XYTextAnnotation(text, cells[0][at], cells[1][at]);
      annotation.setFont(columns > WIDE ? SMALL : TEXT);
      annotation.setPaint(shades.on(value));
      plot.addAnnotation(annotation);
    }
    JFreeChart chart = chart(plot, grid.title());
    PaintScaleLegend legend = shades.legend(grid.value());
    legend.setPosition(RectangleEdge.RIGHT);
    legend.setAxisLocation(AxisLocation.BOTTOM_OR_RIGHT);
    legend.setStripWidth(12);
    legend.setBackgroundPaint(null);
    legend.setStripOutlineVisible(false);
    legend.setMargin(new RectangleInsets(0, 6, 30, 0));
    chart.addSubtitle(legend);
    int height = AROUND - 20 + (LINE + ROW_PADDING) * rows;
    StringBuilder told = new StringBuilder();
    for (int row = 0; row < rows; row++) {
      told.append(told.isEmpty() ? "" : "; ").append(grid.rows().get(row)).append(':');
      for (int column = 0; column < columns; column++) {
        told.append(' ')
            .append(grid.columns().get(column))
            .append(' ')
            .append(Numbers.figure(grid.values().get(row).get(column), grid.decimals()));
      }
    }
    return new Chart(
        grid.title(),
        Svg.draw(
            chart,
            WIDTH,
            height,
            id,
            "Heat map, " + grid.title() + ", " + grid.value() + ". " + told + "."));
  }

  /** From dark for little to light for much. */
  private record Shades(double least, double most, boolean log) implements PaintScale {
    @Override
    public double getLowerBound() {
      return least;
    }

    @Override
    public double getUpperBound() {
      return most;
    }

    private int rgb(double value) {
      double at =
          log
              ? (Math.log(Math.max(value, least)) - Math.log(least))
                  / (Math.log(most) - Math.log(least))
              : (value - least) / (most - least);
      double place = Math.clamp(at, 0, 1) * (SCALE.length - 1);
      int below = Math.min((int) place, SCALE.length - 2);
      double part = place - below;
      int rgb = 0;
      for (int shift = 16; shift >= 0; shift -= 8) {
        int low = SCALE[below] >> shift & 255;
        int high = SCALE[below + 1] >> shift & 255;
        rgb |= (int) Math.round(low + part * (high - low)) << shift;
      }
      return rgb;
    }

    @Override
    public Color getPaint(double value) {
      return new Color(rgb(value));
    }

    /** A strip in even steps of colour: its axis is linear, so on a log scale in powers of ten. */
    PaintScaleLegend legend(String title) {
      NumberAxis axis = number(log ? title + " (log scale)" : title);
      if (!log) {
        axis.setRange(least, most);
        return new PaintScaleLegend(this, axis);
      }
      double from = Math.log10(least);
      double to = Math.log10(most);
      axis.setRange(from, to);
      axis.setTickUnit(
          new NumberTickUnit(1) {
            @Override
            public String valueToString(double power) {
              return format(0).format(Math.pow(10, power));
            }
          });
      return new PaintScaleLegend(
          new PaintScale() {
            @Override
            public double getLowerBound() {
              return from;
            }

            @Override
            public double getUpperBound() {
              return to;
            }

            @Override
            public Paint getPaint(double power) {
              return Shades.this.getPaint(Math.pow(10, power));
            }
          },
          axis);
    }

    /** What can be read on it. */
    Color on(double value) {
      int rgb = rgb(value);
      double light = .299 * (rgb >> 16 & 255) + .587 * (rgb >> 8 & 255) + .114 * (rgb & 255);
      // Not quite black and white: those stand for the theme's colours.
      return light > 112 ? new Color(0x10, 0x12, 0x14) : new Color(0xFD, 0xFE, 0xFC);
    }
  }

  private static ValueAxis axis(List<Results.Line> lines, int coordinate) {
    String label = coordinate == 0 ? lines.getFirst().x() : lines.getFirst().y();
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    boolean whole = true;
    for (Results.Line line : lines) {
      for (double[] point : line.points()) {
        least = Math.min(least, point[coordinate]);
        most = Math.max(most, point[coordinate]);
        whole &= point[coordinate] == Math.rint(point[coordinate]);
      }
    }
    if (coordinate == 1 && least > 0 && most > DECADES * least) {
      return log(label + " (log scale)");
    }
    NumberAxis axis = number(label);
    if (whole) {
      axis.setStandardTickUnits(units(0));
    }
    return axis;
  }

  private static NumberAxis number(String label) {
    NumberAxis axis = new NumberAxis(label);
    axis.setAutoRangeIncludesZero(false);
    // At an axis that ends at zero, points there would be cut in half.
    axis.setAutoRangeStickyZero(false);
    axis.setStandardTickUnits(units(FINEST));
    // More air between the labels than need be: fewer lines say as much.
    axis.setTickLabelInsets(new RectangleInsets(8, 6, 8, 6));
    return styled(axis);
  }

  /** Steps of 1, 2 and 5, whose labels have the decimals that tell them apart. */
  private static TickUnits units(int finest) {
    TickUnits units = new TickUnits();
    for (int power = finest; power <= COARSEST; power++) {
      for (int step : new int[] {1, 2, 5}) {
        units.add(
            new NumberTickUnit(
                new BigDecimal(step).scaleByPowerOfTen(power).doubleValue(),
                format(Math.max(0, -power))));
      }
    }
    return units;
  }

  private static LogAxis log(String label) {
    LogAxis axis = new LogAxis(label);
    axis.setSmallestValue(1e-9);
    axis.setNumberFormatOverride(
        new DecimalFormat("#,##0.####", DecimalFormatSymbols.getInstance(Locale.ROOT)));
    axis.setTickUnit(new NumberTickUnit(1));
    return styled(axis);
  }

  private static NumberFormat format(int decimals) {
    NumberFormat format = NumberFormat.getNumberInstance(Locale.ROOT);
    format.setMinimumFractionDigits(decimals);
    format.setMaximumFractionDigits(decimals);
    return format;
  }

  /** Powers of ten of a second, in a unit that suits them. */
  private static final class TimeFormat extends NumberFormat {
    private static final long serialVersionUID = 1L;

    @Override
    public StringBuffer format(double seconds, StringBuffer to, FieldPosition field) {
      DecimalFormat number =
          new DecimalFormat("#,##0.###", DecimalFormatSymbols.getInstance(Locale.ROOT));
      return seconds < .1
          ? to.append(number.format(seconds * 1e3)).append(" ms")
          : to.append(number.format(seconds)).append(" s");
    }

    @Override
    public StringBuffer format(long seconds, StringBuffer to, FieldPosition field) {
      return format((double) seconds, to, field);
    }

    @Override
    public @Nullable Number parse(String text, ParsePosition position) {
      throw new UnsupportedOperationException("only written");
    }
  }

  /** Rows from the top down, whose labels may have several lines; its unit is a pixel. */
  private static final class RowAxis extends NumberAxis {
    private static final long serialVersionUID = 1L;

    private final transient List<List<String>> labels;
    private final double[] middles;

    RowAxis(List<String> texts) {
      labels = texts.stream().map(Charts::lines).toList();
      middles = new double[labels.size()];
      int height = 0;
      for (int row = 0; row < middles.length; row++) {
        int own = labels.get(row).size() * LINE + ROW_PADDING;
        middles[row] = height + own / 2.0;
        height += own;
      }
      setRange(0, height);
      setInverted(true);
      setTickMarksVisible(false);
      styled(this);
    }

    /** That all rows take. */
    int height() {
      return (int) getRange().getLength();
    }

    /** Where a row is. */
    double middle(int row) {
      return middles[row];
    }

    @Override
    protected List<NumberTick> refreshTicksVertical(
        Graphics2D graphics, Rectangle2D area, RectangleEdge edge) {
      List<NumberTick> ticks = new ArrayList<>();
      for (int row = 0; row < middles.length; row++) {
        List<String> lines = labels.get(row);
        for (int i = 0; i < lines.size(); i++) {
          ticks.add(
              new NumberTick(
                  middles[row] + (i - (lines.size() - 1) / 2.0) * LINE,
                  lines.get(i),
                  TextAnchor.CENTER_RIGHT,
                  TextAnchor.CENTER_RIGHT,
                  0));
        }
      }
      return ticks;
    }
  }

  /** A label in lines that leave room for the chart. */
  private static List<String> lines(String label) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : label.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > LABEL_LENGTH) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    if (lines.size() > LABEL_LINES) {
      String last = lines.get(LABEL_LINES - 1) + "…";
      lines = new ArrayList<>(lines.subList(0, LABEL_LINES - 1));
      lines.add(last);
    }
    return lines.stream()
        .map(one -> one.length() <= LONGEST_WORD ? one : one.substring(0, LONGEST_WORD - 1) + "…")
        .toList();
  }

  private static SymbolAxis symbols(String label, String... names) {
    SymbolAxis axis = new SymbolAxis(label, names);
    axis.setGridBandsVisible(false);
    axis.setRange(-.5, names.length - .5);
    return styled(axis);
  }

  private static <A extends ValueAxis> A styled(A axis) {
    axis.setLabelFont(TEXT);
    axis.setLabelPaint(Svg.MUTED);
    axis.setTickLabelFont(TEXT);
    axis.setTickLabelPaint(Svg.INK);
    axis.setAxisLinePaint(Svg.MUTED);
    axis.setTickMarkPaint(Svg.MUTED);
    return axis;
  }

  private static XYPlot plot(ValueAxis x, ValueAxis y) {
    XYPlot plot = new XYPlot(null, x, y, null);
    plot.setBackgroundPaint(null);
    plot.setOutlineVisible(false);
    plot.setDomainGridlinePaint(Svg.RULE);
    plot.setRangeGridlinePaint(Svg.RULE);
    plot.setDomainGridlineStroke(new BasicStroke(1));
    plot.setRangeGridlineStroke(new BasicStroke(1));
    plot.setAxisOffset(new RectangleInsets(4, 4, 4, 4));
    return plot;
  }

  private static JFreeChart chart(XYPlot plot, String title) {
    JFreeChart chart = new JFreeChart(null, TITLE, plot, false);
    chart.setBackgroundPaint(null);
    TextTitle head = new TextTitle(title, TITLE);
    head.setPaint(Svg.INK);
    head.setHorizontalAlignment(HorizontalAlignment.LEFT);
    head.setTextAlignment(HorizontalAlignment.LEFT);
    head.setPadding(new RectangleInsets(4, 8, 10, 8));
    chart.setTitle(head);
    chart.setPadding(new RectangleInsets(2, 2, 2, 10));
    return chart;
  }

  private static Chart draw(String id, XYPlot plot, String title, int height, String alt) {
    JFreeChart chart = chart(plot, title);
    LegendTitle legend = new LegendTitle(plot);
    legend.setPosition(RectangleEdge.BOTTOM);
    legend.setFrame(BlockBorder.NONE);
    legend.setBackgroundPaint(null);
    legend.setItemFont(TEXT);
    legend.setItemPaint(Svg.INK);
    legend.setItemLabelPadding(new RectangleInsets(2, 4, 2, 12));
    chart.addLegend(legend);
    return new Chart(title, Svg.draw(chart, WIDTH, height, id, alt));
  }

  private static LegendItem item(
      String name, Color paint, Stroke stroke, @Nullable Shape shape, boolean line) {
    return item(name, paint, stroke, shape, line, line);
  }

  private static LegendItem item(
      String name,
      Color paint,
      Stroke stroke,
      @Nullable Shape shape,
      boolean line,
      boolean filled) {
    return new LegendItem(
        name,
        null,
        null,
        null,
        shape != null,
        shape == null ? new Rectangle2D.Double() : shape,
        true,
        filled ? paint : Svg.SURFACE,
        !filled,
        paint,
        new BasicStroke(1.8f),
        line,
        new Line2D.Double(-14, 0, 14, 0),
        stroke,
        paint);
  }

  /** Lines differ in more than colour. */
  private static BasicStroke stroke(int color) {
    return switch (color % Svg.COLORS) {
      case 0 -> new BasicStroke(2f);
      case 1 -> dashed(2f, 8, 5);
      case 2 -> dashed(2f, 2, 4);
      case 3 -> dashed(2f, 10, 4, 2, 4);
      case 4 -> dashed(2f, 14, 4);
      default -> dashed(2f, 4, 3);
    };
  }

  private static BasicStroke dashed(float width, float... dash) {
    return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dash, 0);
  }

  private static Shape shape(int color, double size) {
    return switch (color % 3) {
      case 0 -> new Ellipse2D.Double(-size, -size, 2 * size, 2 * size);
      case 1 -> new Rectangle2D.Double(-size, -size, 2 * size, 2 * size);
      default -> {
        Path2D triangle = new Path2D.Double();
        triangle.moveTo(0, -size * 1.3);
        triangle.lineTo(size * 1.2, size);
        triangle.lineTo(-size * 1.2, size);
        triangle.closePath();
        yield triangle;
      }
    };
  }

  private static Shape diamond(double size) {
    Path2D diamond = new Path2D.Double();
    diamond.moveTo(0, -size);
    diamond.lineTo(size, 0);
    diamond.lineTo(0, size);
    diamond.lineTo(-size, 0);
    diamond.closePath();
    return diamond;
  }
}
