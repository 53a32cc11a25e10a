package dev.lanewise.benchmarks.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jfree.data.category.DefaultCategoryDataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BarsTest {

  private static final Pattern TEXT = Pattern.compile("<text[^>]*>([^<]*)</text", Pattern.DOTALL);
  private static final Pattern FONT = Pattern.compile("font-family:([^;\"]*)");

  @TempDir private Path folder;

  private static List<String> found(Pattern pattern, String svg) {
    return pattern.matcher(svg).results().map((MatchResult result) -> result.group(1)).toList();
  }

  @Test
  void ratiosStandAtRoundNumbers() throws IOException {
    DefaultCategoryDataset ratios = new DefaultCategoryDataset();
    ratios.addValue(.2, "ratio", "slower");
    ratios.addValue(7, "ratio", "faster");
    ratios.addValue(450, "ratio", "much faster");
    Path file = folder.resolve("ratios.svg");
    Bars.writeRatios(file, "title", ratios);
    assertThat(found(TEXT, Files.readString(file)))
        .contains("title", "slower", "faster", "much faster")
        .containsSubsequence("0.3", "1", "3", "10", "30", "100", "300")
        .doesNotContain("0.1", "1000");
  }

  /** Turned labels too are text and no outlines, in a font of the width that was measured. */
  @Test
  void namesAreTextInOneFont() throws IOException {
    DefaultCategoryDataset rates = new DefaultCategoryDataset();
    rates.addValue(1, "ours", "a shape");
    rates.addValue(2, "theirs", "a shape");
    Path file = folder.resolve("rates.svg");
    Bars.write(file, "title", "GFLOP/s", rates);
    String svg = Files.readString(file);
    assertThat(found(TEXT, svg)).contains("title", "GFLOP/s", "a shape", "ours", "theirs");
    assertThat(found(FONT, svg)).isNotEmpty().allMatch(font -> font.startsWith("'DejaVu Sans',"));
  }
}
