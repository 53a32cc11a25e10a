package dev.lanewise.benchmarks.proof;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.CategoryLabelPositions;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTick;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.text.TextUtils;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.category.DefaultCategoryDataset;

/** Bar charts as SVG files. */
final class Bars {

  private static final int WIDTH = 1100;
  private static final int HEIGHT = 560;

  /** Of a bar that lies, with the air around it. */
  private static final int ROW = 22;

  /** Title and axis. */
  private static final int AROUND = 100;

  /** Above the first bar and below the last one, of all of them. */
  private static final double MARGIN = .005;

  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 18);

  /** As wide as the fonts that Java measures with, so that labels stay where they belong. */
  private static final String FONTS = "'DejaVu Sans',Verdana,Geneva,sans-serif";

  /** Told apart with any colour vision (Okabe and Ito). */
  private static final Color[] COLORS = {
    new Color(0x0072B2), new Color(0xE69F00), new Color(0x999999), new Color(0x009E73)
  };

  private static final Color RULE = new Color(0xDDDDDD);

  static {
    // Else turned text becomes outlines, which nobody can select or search.
    TextUtils.setUseDrawRotatedStringWorkaround(false);
    // Else widths are sums of whole pixels, which no browser draws.
    TextUtils.setUseFontMetricsGetStringBounds(true);
  }

  private Bars() {}

  /**
   * Bars beside each other for every category, from zero.
   *
   * @param data rows are the bars of a category, columns the categories
   */
  static void write(Path file, String title, String unit, DefaultCategoryDataset data)
      throws IOException {
    JFreeChart chart = chart(title, new NumberAxis(unit), PlotOrientation.VERTICAL, data);
    CategoryAxis names = chart.getCategoryPlot().getDomainAxis();
    names.setCategoryLabelPositions(CategoryLabelPositions.UP_45);
    names.setMaximumCategoryLabelWidthRatio(2);
    draw(file, chart, WIDTH, HEIGHT);
  }

  /** Ratios on a logarithmic axis, lying down so that long names are read, with a line at 1. */
  static void writeRatios(Path file, String title, DefaultCategoryDataset data) throws IOException {
    JFreeChart chart = chart(title, new TimesAxis(), PlotOrientation.HORIZONTAL, data);
    CategoryPlot plot = chart.getCategoryPlot();
    plot.getDomainAxis().setLowerMargin(MARGIN);
    plot.getDomainAxis().setUpperMargin(MARGIN);
    ((BarRenderer) plot.getRenderer()).setBase(1);
    plot.addRangeMarker(new ValueMarker(1, Color.BLACK, new BasicStroke(1)));
    draw(file, chart, WIDTH, AROUND + ROW * data.getColumnCount());
  }

  /** Names what it can name in round numbers: 1 and 3 halve a decade, nearly. */
  private static final class TimesAxis extends LogAxis {
    private static final long serialVersionUID = 1L;

    private static final int[] DIGITS = {1, 3};

    TimesAxis() {
      super("times (logarithmic)");
      setSmallestValue(.01);
    }

    @Override
    protected List<NumberTick> refreshTicksHorizontal(
        Graphics2D graphics, Rectangle2D area, RectangleEdge edge) {
      DecimalFormat format =
          new DecimalFormat("0.###", DecimalFormatSymbols.getInstance(Locale.ROOT));
      TextAnchor anchor =
          RectangleEdge.TOP.equals(edge) ? TextAnchor.BOTTOM_CENTER : TextAnchor.TOP_CENTER;
      List<NumberTick> ticks = new ArrayList<>();
      int last = (int) Math.floor(Math.log10(getRange().getUpperBound()));
      for (int power = (int) Math.floor(Math.log10(getRange().getLowerBound()));
          power <= last;
          power++) {
        for (int digit : DIGITS) {
          double times = digit * Math.pow(10, power);
          if (getRange().contains(times)) {
            ticks.add(new NumberTick(times, format.format(times), anchor, TextAnchor.CENTER, 0));
          }
        }
      }
      return ticks;
    }
  }

  private static JFreeChart chart(
      String title, ValueAxis axis, PlotOrientation orientation, DefaultCategoryDataset data) {
    BarRenderer bars = new BarRenderer();
    bars.setBarPainter(new StandardBarPainter());
    bars.setShadowVisible(false);
    bars.setItemMargin(.02);
    for (int row = 0; row < data.getRowCount(); row++) {
      bars.setSeriesPaint(row, COLORS[row % COLORS.length]);
    }
    CategoryPlot plot = new CategoryPlot(data, new CategoryAxis(), axis, bars);
    plot.setOrientation(orientation);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setOutlineVisible(false);
    plot.setRangeGridlinePaint(RULE);
    plot.setRangeGridlineStroke(new BasicStroke(1));
    JFreeChart chart = new JFreeChart(title, TITLE, plot, data.getRowCount() > 1);
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(10, 4, 8, 8));
    return chart;
  }

  private static void draw(Path file, JFreeChart chart, int width, int height) throws IOException {
    SVGGeneratorContext context;
    try {
      context =
          SVGGeneratorContext.createDefault(
              DocumentBuilderFactory.newDefaultInstance()
                  .newDocumentBuilder()
                  .getDOMImplementation()
                  .createDocument("http://www.w3.org/2000/svg", "svg", null));
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e);
    }
    context.setPrecision(2);
    SVGGraphics2D graphics = new SVGGraphics2D(context, false);
    graphics.setSVGCanvasSize(new Dimension(width, height));
    graphics.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    chart.draw(graphics, new Rectangle2D.Double(0, 0, width, height));
    StringWriter drawn = new StringWriter();
    try {
      graphics.stream(drawn, true);
    } finally {
      graphics.dispose();
    }
    Files.writeString(
        file,
        drawn
            .toString()
            .replaceAll(
                "font-family:(?:'[^']*'|[^;\"]*)",
                Matcher.quoteReplacement("font-family:" + FONTS)));
  }
}
