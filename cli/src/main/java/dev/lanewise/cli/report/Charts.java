package dev.lanewise.cli.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.font.FontRenderContext;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.NumberFormat;
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
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
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
import org.jfree.chart.ui.RectangleAnchor;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.xy.DefaultXYZDataset;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.jspecify.annotations.Nullable;

/** The charts of a report. What is published is hollow, what is ours is filled. */
final class Charts {

  /** Wide enough for labels that can be read where a phone shows most of it. */
  private static final int WIDTH = 560;

  private static final int HEIGHT = 370;

  /** Of a line of text with the space around it. */
  private static final int LINE = 26;

  /** Title, axis and legend. */
  private static final int AROUND = 130;

  /** More points than this run into each other. */
  private static final int MOST_SHAPES = 25;

  /** From so many runs of one kind on, they are drawn as a bundle. */
  private static final int BUNDLE = 3;

  /** Values that differ by so much are drawn on a log scale. */
  private static final double DECADES = 50;

  /** Standard deviations beyond which only a figure's side matters. Shares are always nearer. */
  private static final double FARTHEST = 8;

  /** More of a label would leave no room for the chart. */
  private static final int LONGEST_LABEL = 36;

  private static final Pattern SEED = Pattern.compile("(.*?)(?:, )?seed \\d+");

  private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 14);

  private static final Color NOTHING = new Color(0, 0, 0, 0);

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
    for (Results.Line line : published) {
      int series = theirs.getSeriesCount();
      theirs.addSeries(points(line, series));
      Color paint = published(line, colors);
      hollow.setSeriesFillPaint(series, Svg.SURFACE);
      hollow.setSeriesPaint(series, paint);
      hollow.setSeriesOutlinePaint(series, paint);
      hollow.setSeriesOutlineStroke(series, new BasicStroke(1.8f));
      hollow.setSeriesShape(series, diamond(4.5));
      legend.add(item(line.name(), paint, new BasicStroke(1.8f), diamond(4.5), false));
      told.add(line.name() + " " + ends(line));
    }
    plot.setDataset(1, theirs);
    plot.setRenderer(1, hollow);
    plot.setDatasetRenderingOrder(org.jfree.chart.plot.DatasetRenderingOrder.FORWARD);
    mark(plot, marks, colors);
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

  private static void mark(XYPlot plot, List<Results.Mark> marks, Map<String, Integer> colors) {
    double middle = plot.getDomainAxis().getRange().getCentralValue();
    for (int i = 0; i < marks.size(); i++) {
      Results.Mark mark = marks.get(i);
      Color paint =
          colors.entrySet().stream()
              .filter(entry -> mark.label().startsWith(entry.getKey() + ":"))
              .map(entry -> Svg.series(entry.getValue()))
              .findFirst()
              .orElse(Svg.INK);
      ValueMarker marker = new ValueMarker(mark.x(), paint, dashed(1.2f, 2, 3));
      boolean left = mark.x() > middle;
      marker.setAlpha(1);
      marker.setLabel(mark.label());
      marker.setLabelFont(TEXT);
      marker.setLabelPaint(paint);
      marker.setLabelBackgroundColor(NOTHING);
      marker.setLabelAnchor(left ? RectangleAnchor.TOP_LEFT : RectangleAnchor.TOP_RIGHT);
      marker.setLabelTextAnchor(left ? TextAnchor.TOP_RIGHT : TextAnchor.TOP_LEFT);
      // One below the other, for marks are often near each other.
      marker.setLabelOffset(new RectangleInsets(4 + 16.0 * i, 5, 0, 5));
      plot.addDomainMarker(marker, org.jfree.chart.ui.Layer.FOREGROUND);
    }
  }

  /** The figures over the seeds, with the published ones. */
  static Chart intervals(String id, String title, String x, List<Interval> rows) {
    XYIntervalSeriesCollection ranges = new XYIntervalSeriesCollection();
    XYIntervalSeriesCollection deviations = new XYIntervalSeriesCollection();
    XYSeriesCollection published = new XYSeriesCollection();
    XYIntervalSeries range = new XYIntervalSeries("range");
    XYIntervalSeries deviation = new XYIntervalSeries("deviation");
    XYSeries theirs = new XYSeries("published", false);
    String[] labels = new String[rows.size()];
    List<String> told = new ArrayList<>();
    boolean beyond = false;
    for (int i = 0; i < rows.size(); i++) {
      Interval row = rows.get(i);
      labels[i] = shorten(row.label());
      range.add(row.mean(), row.least(), row.most(), i, i, i);
      deviation.add(
          row.mean(),
          Math.max(row.least(), row.mean() - row.sd()),
          Math.min(row.most(), row.mean() + row.sd()),
          i,
          i,
          i);
      if (!Double.isNaN(row.published())) {
        double shown = Math.clamp(row.published(), -FARTHEST, FARTHEST);
        beyond |= shown != row.published();
        theirs.add(shown, i);
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
    String unit =
        beyond ? x + String.format(Locale.ROOT, " (beyond %.0f: at the edge)", FARTHEST) : x;
    XYPlot plot = plot(number(unit), symbols("", labels));
    plot.getRangeAxis().setInverted(true);
    plot.setRangeGridlinesVisible(false);
    Color ours = Svg.series(0);
    plot.setDataset(0, ranges);
    plot.setRenderer(0, bars(ours, new BasicStroke(1.4f), false));
    plot.setDataset(1, deviations);
    plot.setRenderer(1, bars(ours, new BasicStroke(5f, BasicStroke.CAP_BUTT, 0), true));
    plot.setDataset(2, published);
    plot.setRenderer(2, hollow(Svg.series(1)));
    plot.setDatasetRenderingOrder(org.jfree.chart.plot.DatasetRenderingOrder.FORWARD);
    LegendItemCollection legend = new LegendItemCollection();
    legend.add(
        item(
            "our mean", ours, new BasicStroke(1), new Ellipse2D.Double(-4, -4, 8, 8), false, true));
    legend.add(item("± 1 sd", ours, new BasicStroke(5f), null, true));
    legend.add(item("range", ours, new BasicStroke(1.4f), null, true));
    legend.add(item("published", Svg.series(1), new BasicStroke(1.8f), diamond(5), false));
    plot.setFixedLegendItems(legend);
    return draw(
        id,
        plot,
        title,
        AROUND + LINE * rows.size(),
        "Interval chart, " + title + ": " + String.join("; ", told) + ".");
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
    String[] labels = new String[rows.size()];
    List<String> told = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Timed row = rows.get(i);
      labels[i] = shorten(row.label());
      link.add(
          row.ours(),
          Math.min(row.ours(), row.published()),
          Math.max(row.ours(), row.published()),
          i,
          i,
          i);
      theirs.add(row.published(), i);
      told.add(
          row.label()
              + " "
              + Numbers.time(row.ours())
              + ", published "
              + Numbers.time(row.published()));
    }
    links.addSeries(link);
    LogAxis axis = log("time, seconds (log scale)");
    axis.setNumberFormatOverride(format("#,##0.#### s"));
    // From milliseconds to hours, labels of every decade would touch.
    axis.setAutoTickUnitSelection(true);
    XYPlot plot = plot(axis, symbols("", labels));
    plot.getRangeAxis().setInverted(true);
    plot.setRangeGridlinesVisible(false);
    XYErrorRenderer ours = bars(Svg.series(0), new BasicStroke(1.2f), true);
    ours.setErrorPaint(Svg.MUTED);
    plot.setDataset(0, links);
    plot.setRenderer(0, ours);
    plot.setDataset(1, new XYSeriesCollection(theirs));
    plot.setRenderer(1, hollow(Svg.series(1)));
    plot.setDatasetRenderingOrder(org.jfree.chart.plot.DatasetRenderingOrder.FORWARD);
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
        AROUND + LINE * rows.size(),
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
      annotation.setFont(TEXT);
      annotation.setPaint(shades.on(value));
      plot.addAnnotation(annotation);
    }
    JFreeChart chart = chart(plot, grid.title());
    ValueAxis axis = log ? log(grid.value() + " (log scale)") : number(grid.value());
    axis.setRange(shades.getLowerBound(), shades.getUpperBound());
    PaintScaleLegend legend = new PaintScaleLegend(shades, axis);
    legend.setPosition(RectangleEdge.RIGHT);
    legend.setAxisLocation(AxisLocation.BOTTOM_OR_RIGHT);
    legend.setStripWidth(12);
    legend.setBackgroundPaint(null);
    legend.setStripOutlineVisible(false);
    legend.setMargin(new RectangleInsets(0, 12, 30, 4));
    chart.addSubtitle(legend);
    int height = AROUND - 20 + LINE * rows;
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
      axis.setStandardTickUnits(NumberAxis.createIntegerTickUnits(Locale.ROOT));
    }
    return axis;
  }

  private static NumberAxis number(String label) {
    NumberAxis axis = new NumberAxis(label);
    axis.setAutoRangeIncludesZero(false);
    // At an axis that ends at zero, points there would be cut in half.
    axis.setAutoRangeStickyZero(false);
    axis.setStandardTickUnits(NumberAxis.createStandardTickUnits(Locale.ROOT));
    return styled(axis);
  }

  private static LogAxis log(String label) {
    LogAxis axis = new LogAxis(label);
    axis.setSmallestValue(1e-9);
    axis.setNumberFormatOverride(format("#,##0.####"));
    axis.setTickUnit(new NumberTickUnit(1));
    return styled(axis);
  }

  private static NumberFormat format(String pattern) {
    return new DecimalFormat(
        pattern.replace(" s", "' s'"), DecimalFormatSymbols.getInstance(Locale.ROOT));
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
        new java.awt.geom.Line2D.Double(-14, 0, 14, 0),
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

  private static String shorten(String label) {
    return label.length() <= LONGEST_LABEL
        ? label
        : label.substring(0, LONGEST_LABEL - 1).strip() + "…";
  }
}
