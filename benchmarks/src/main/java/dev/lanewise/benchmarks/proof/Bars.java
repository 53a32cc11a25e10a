package dev.lanewise.benchmarks.proof;

import java.awt.Color;
import java.awt.Dimension;
import java.awt.geom.Rectangle2D;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.CategoryLabelPositions;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.data.category.DefaultCategoryDataset;

/** Bar charts as SVG files. */
final class Bars {

  private static final int WIDTH = 1100;
  private static final int HEIGHT = 560;

  /** Told apart with any colour vision (Okabe and Ito). */
  private static final Color[] COLORS = {
    new Color(0x0072B2), new Color(0xE69F00), new Color(0x999999), new Color(0x009E73)
  };

  private static final Color RULE = new Color(0xDDDDDD);

  private Bars() {}

  /**
   * Bars beside each other for every category, from zero.
   *
   * @param data rows are the bars of a category, columns the categories
   */
  static void write(Path file, String title, String unit, DefaultCategoryDataset data)
      throws IOException {
    draw(file, chart(title, unit, data, data.getRowCount() > 1), WIDTH, HEIGHT);
  }

  /** Ratios on a logarithmic axis, lying down so that long names are read, with a line at 1. */
  static void writeRatios(Path file, String title, DefaultCategoryDataset data) throws IOException {
    JFreeChart chart = chart(title, "times", data, false);
    CategoryPlot plot = chart.getCategoryPlot();
    plot.setOrientation(PlotOrientation.HORIZONTAL);
    plot.getDomainAxis().setCategoryLabelPositions(CategoryLabelPositions.STANDARD);
    LogAxis axis = new LogAxis("times (logarithmic)");
    axis.setNumberFormatOverride(java.text.NumberFormat.getInstance(java.util.Locale.ROOT));
    axis.setSmallestValue(.01);
    plot.setRangeAxis(axis);
    ((BarRenderer) plot.getRenderer()).setBase(1);
    plot.addRangeMarker(new ValueMarker(1, Color.BLACK, new java.awt.BasicStroke(1)));
    draw(file, chart, WIDTH, 120 + 22 * data.getColumnCount());
  }

  private static JFreeChart chart(
      String title, String unit, DefaultCategoryDataset data, boolean legend) {
    JFreeChart chart =
        ChartFactory.createBarChart(
            title, null, unit, data, PlotOrientation.VERTICAL, legend, false, false);
    chart.setBackgroundPaint(Color.WHITE);
    CategoryPlot plot = chart.getCategoryPlot();
    plot.setBackgroundPaint(Color.WHITE);
    plot.setOutlineVisible(false);
    plot.setRangeGridlinePaint(RULE);
    plot.getDomainAxis().setCategoryLabelPositions(CategoryLabelPositions.UP_45);
    plot.getDomainAxis().setMaximumCategoryLabelWidthRatio(2);
    ((NumberAxis) plot.getRangeAxis()).setAutoRangeIncludesZero(true);
    BarRenderer bars = (BarRenderer) plot.getRenderer();
    bars.setBarPainter(new StandardBarPainter());
    bars.setShadowVisible(false);
    bars.setItemMargin(.02);
    for (int row = 0; row < data.getRowCount(); row++) {
      bars.setSeriesPaint(row, COLORS[row % COLORS.length]);
    }
    return chart;
  }

  private static void draw(Path file, JFreeChart chart, int width, int height) throws IOException {
    SVGGraphics2D graphics;
    try {
      graphics =
          new SVGGraphics2D(
              DocumentBuilderFactory.newDefaultInstance()
                  .newDocumentBuilder()
                  .getDOMImplementation()
                  .createDocument("http://www.w3.org/2000/svg", "svg", null));
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e);
    }
    graphics.setSVGCanvasSize(new Dimension(width, height));
    chart.draw(graphics, new Rectangle2D.Double(0, 0, width, height));
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      graphics.stream(out, true);
    } finally {
      graphics.dispose();
    }
  }
}
