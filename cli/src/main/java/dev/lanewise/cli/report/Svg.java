package dev.lanewise.cli.report;

import java.awt.Color;
import java.awt.Dimension;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGIDGenerator;
import org.jfree.chart.JFreeChart;

/**
 * Charts as SVG that follow the reader's theme: a chart is drawn in stand-in colours, and those
 * become variables of the style sheet.
 */
final class Svg {

  /** Text and what must be seen. */
  static final Color INK = new Color(1, 1, 1);

  /** Axes and what explains. */
  static final Color MUTED = new Color(2, 2, 2);

  /** Lines behind the curves. */
  static final Color RULE = new Color(3, 3, 3);

  /** Behind everything. */
  static final Color SURFACE = new Color(4, 4, 4);

  /** How many colours tell lines apart. */
  static final int COLORS = 6;

  private static final Map<Integer, String> VARIABLES = new TreeMap<>();

  static {
    VARIABLES.put(INK.getRed(), "--ink");
    VARIABLES.put(MUTED.getRed(), "--muted");
    VARIABLES.put(RULE.getRed(), "--rule");
    VARIABLES.put(SURFACE.getRed(), "--surface");
    for (int i = 0; i < COLORS; i++) {
      VARIABLES.put(series(i).getRed(), "--series-" + (i + 1));
    }
  }

  private static final Pattern STAND_IN =
      Pattern.compile("(fill|stroke):(?:rgb\\((\\d+),\\2,\\2\\)|black)");

  /** As wide as the fonts that Java measures with, so that labels stay where they belong. */
  private static final String FONTS = "'DejaVu Sans',Verdana,Geneva,sans-serif";

  private Svg() {}

  /** A colour for the i-th line. */
  static Color series(int i) {
    int shade = 11 + i % COLORS;
    return new Color(shade, shade, shade);
  }

  /**
   * Draws a chart.
   *
   * @param id unique in the page: names inside the picture begin with it
   * @param alt what it shows, for those who cannot see it
   */
  static String draw(JFreeChart chart, int width, int height, String id, String alt) {
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
    context.setComment(null);
    context.setPrecision(2);
    context.setIDGenerator(
        new SVGIDGenerator() {
          @Override
          public String generateID(String prefix) {
            return id + "-" + super.generateID(prefix);
          }
        });
    SVGGraphics2D graphics = new SVGGraphics2D(context, false);
    graphics.setSVGCanvasSize(new Dimension(width, height));
    chart.draw(graphics, new Rectangle2D.Double(0, 0, width, height));
    StringWriter out = new StringWriter();
    try {
      graphics.stream(out, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      graphics.dispose();
    }
    return themed(out.toString(), width, height, alt);
  }

  private static String themed(String drawn, int width, int height, String alt) {
    // Only the first tag is made anew; what precedes it is of no use inside a page.
    String body = drawn.substring(drawn.indexOf('>', drawn.indexOf("<svg")) + 1);
    Matcher stand = STAND_IN.matcher(body);
    StringBuilder themed = new StringBuilder();
    while (stand.find()) {
      String shade = stand.group(2);
      String variable = shade == null ? null : VARIABLES.get(Integer.valueOf(shade));
      stand.appendReplacement(
          themed,
          variable == null
              ? "$0"
              : Matcher.quoteReplacement(stand.group(1) + ":var(" + variable + ")"));
    }
    stand.appendTail(themed);
    String text =
        themed
            .toString()
            .replaceAll(
                "font-family:(?:'[^']*'|[^;\"]*)", Matcher.quoteReplacement("font-family:" + FONTS))
            .replaceAll("<defs id=\"genericDefs\"\\s*/>", "")
            .replaceAll("\\s*\\R\\s*", "")
            .replace("text-rendering:optimizeLegibility;", "")
            .replace("text-rendering:geometricPrecision;", "");
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\""
        + " viewBox=\"0 0 "
        + width
        + " "
        + height
        + "\" width=\""
        + width
        + "\" height=\""
        + height
        + "\" role=\"img\" aria-label=\""
        + escape(alt)
        + "\" style=\"fill:var(--ink);stroke:var(--ink);font-family:"
        + FONTS
        + ";font-size:12px\" stroke-linecap=\"square\" stroke-miterlimit=\"10\">"
        + text.strip();
  }

  static String escape(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                default -> {
                  // Other control characters may be in no XML file.
                  if (c >= ' ') {
                    escaped.appendCodePoint(c);
                  }
                }
              }
            });
    return escaped.toString();
  }
}
