package dev.lanewise.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.TrainTest;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Digits drawn as on the page, with the page's pen, of all sizes and anywhere, are recognised. */
class DrawnDigitsTest {

  /** As the page sends them. */
  private static final int SIDE = 140;

  private static final float PEN = 10;

  /** Curves through points of a square of 100, a stroke a row, as a hand would draw them. */
  private static final double[][][] STROKES = {
    {{52, 12, 30, 20, 24, 50, 32, 80, 52, 88, 72, 76, 76, 46, 68, 18, 50, 12}},
    {{54, 12, 53, 36, 50, 62, 48, 88}},
    {{28, 30, 40, 14, 62, 16, 66, 36, 52, 58, 28, 84, 34, 86, 54, 84, 74, 86}},
    {{30, 18, 52, 12, 68, 26, 58, 44, 44, 48, 64, 54, 70, 72, 52, 88, 28, 80}},
    {{34, 14, 28, 36, 28, 50, 50, 52, 72, 48}, {66, 16, 63, 40, 61, 66, 59, 88}},
    {{70, 15, 50, 16, 36, 17, 33, 44, 52, 42, 68, 56, 64, 78, 46, 88, 28, 80}},
    {{62, 12, 44, 26, 32, 54, 34, 78, 50, 88, 66, 78, 64, 60, 48, 56, 35, 68}},
    {{26, 18, 48, 17, 72, 16, 64, 36, 54, 60, 46, 88}},
    {{62, 20, 46, 12, 34, 24, 46, 44, 64, 62, 62, 82, 46, 88, 34, 76, 44, 54, 62, 36, 62, 20}},
    {{66, 28, 52, 14, 36, 24, 36, 42, 52, 50, 65, 38, 66, 26, 64, 52, 58, 88}},
  };

  /** Draws a digit, turned and scaled about the middle, and moved. */
  private static int[] draw(int digit, double scale, double turn, double right, double down) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setColor(Color.WHITE);
    graphics.setStroke(new BasicStroke(PEN, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    double cos = Math.cos(turn) * scale * SIDE / 100;
    double sin = Math.sin(turn) * scale * SIDE / 100;
    for (double[] points : STROKES[digit]) {
      int count = points.length / 2;
      double[] x = new double[count];
      double[] y = new double[count];
      for (int i = 0; i < count; i++) {
        double dx = points[2 * i] - 50;
        double dy = points[2 * i + 1] - 50;
        x[i] = SIDE / 2.0 + cos * dx - sin * dy + right;
        y[i] = SIDE / 2.0 + sin * dx + cos * dy + down;
      }
      // Smooth through the points (Catmull and Rom): hands do not draw corners.
      Path2D path = new Path2D.Double();
      path.moveTo(x[0], y[0]);
      for (int i = 0; i + 1 < count; i++) {
        int before = Math.max(0, i - 1);
        int after = Math.min(count - 1, i + 2);
        path.curveTo(
            x[i] + (x[i + 1] - x[before]) / 6,
            y[i] + (y[i + 1] - y[before]) / 6,
            x[i + 1] - (x[after] - x[i]) / 6,
            y[i + 1] - (y[after] - y[i]) / 6,
            x[i + 1],
            y[i + 1]);
      }
      graphics.draw(path);
    }
    graphics.dispose();
    return image.getRaster().getSamples(0, 0, SIDE, SIDE, 0, (int[]) null);
  }

  @Test
  void atLeastNineOfTenDigitsAreRecognised(@TempDir Path folder)
      throws IOException, InterruptedException {
    // All of MNIST where LANEWISE_DATA leads to it, else the embedded part.
    TrainTest mnist = DataCatalog.fromEnvironment().mnist();
    double[][] hands = {
      {1, 0, 0, 0}, {.7, .1, 15, -12}, {.85, -.1, -8, 10}, {.55, 0, -25, 22}, {.95, .06, 2, 0}
    };
    try (TestServer server = new TestServer(mnist, PageServer.Options.quiet(folder))) {
      server.server.awaitReady();
      for (double[] hand : hands) {
        int[] right = new int[2];
        StringBuilder said = new StringBuilder();
        for (int digit = 0; digit < 10; digit++) {
          JsonNode answer =
              TestServer.json(
                  server.post(
                      "/v1/classify",
                      TestServer.question(
                          SIDE, draw(digit, hand[0], hand[1], hand[2], hand[3]), "")));
          int knn = answer.path("neighbors").path("results").path(0).path("label").asInt();
          JsonNode mlp = answer.path("models").path(0);
          assertThat(mlp.path("model").asString()).isEqualTo("mlp");
          int network = mlp.path("results").path(0).path("label").asInt();
          right[0] += knn == digit ? 1 : 0;
          right[1] += network == digit ? 1 : 0;
          said.append(List.of(digit, knn, network));
        }
        assertThat(right[0]).as("neighbours: digit, kNN, MLP %s", said).isGreaterThanOrEqualTo(9);
        assertThat(right[1]).as("network: digit, kNN, MLP %s", said).isGreaterThanOrEqualTo(9);
      }
    }
  }
}
