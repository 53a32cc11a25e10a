package dev.lanewise.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class RowTest {

  private static final Figure FIGURE = new Figure("accuracy", .9633, 4);

  @Test
  void anExactFigureAgreesInEveryPublishedDigitOrDiffers() {
    assertThat(Row.exact(Variant.SAME, FIGURE, .9633).verdict()).isEqualTo(Verdict.EQUAL);
    assertThat(Row.exact(Variant.SAME, FIGURE, .96334).verdict()).isEqualTo(Verdict.EQUAL);
    assertThat(Row.exact(Variant.SAME, FIGURE, .9634).verdict()).isEqualTo(Verdict.DIFFERS);
    assertThat(Row.exact(Variant.SAME, FIGURE, Double.NaN).verdict()).isEqualTo(Verdict.DIFFERS);
  }

  @Test
  void aRandomFigureIsWithinTheRangeOfEnoughRunsOrNot() {
    Spread around = Spread.of(.95, .96, .965, .97, .98);
    assertThat(Row.random(Variant.PUBLISHED, FIGURE, around).verdict())
        .isEqualTo(Verdict.WITHIN_SPREAD);
    Row above = Row.random(Variant.PUBLISHED, FIGURE, Spread.of(.97, .98, .98, .99, 1));
    assertThat(above.verdict()).isEqualTo(Verdict.DIFFERS);
    assertThat(above.note()).isNotEmpty();
    assertThat(Row.random(Variant.PUBLISHED, FIGURE, Spread.of(.95, .97)).verdict())
        .isEqualTo(Verdict.NOT_COMPARABLE);
  }

  @Test
  void aFigureOutsideIsExplainedWhereOneMoreRunIsPredicted() {
    Spread spread = Spread.of(.960, .961, .962, .961, .960);
    // Deviation .000837, t of 4 degrees of freedom at .005 4.604: .9608 +- .00422.
    Row near = Row.random(Variant.PUBLISHED, new Figure("accuracy", .9650, 4), spread);
    assertThat(near.verdict()).isEqualTo(Verdict.DIFFERS);
    Row explained = near.note("here k=1").orPredicted();
    assertThat(explained.verdict()).isEqualTo(Verdict.EXPLAINED);
    assertThat(explained.note()).contains("between 0.9566 and 0.9650").endsWith("; here k=1");
    Row far = Row.random(Variant.PUBLISHED, new Figure("accuracy", .9652, 4), spread);
    assertThat(far.orPredicted()).isEqualTo(far);
    Row within = Row.random(Variant.PUBLISHED, new Figure("accuracy", .9610, 4), spread);
    assertThat(within.orPredicted()).isEqualTo(within);
    Row exact = Row.exact(Variant.SAME, FIGURE, .5);
    assertThat(exact.orPredicted()).isEqualTo(exact);
    assertThat(result(near).acceptable()).isTrue();
    assertThat(result(far).acceptable()).isFalse();
  }

  @Test
  void oneUnexplainedDifferenceMakesAResultUnacceptable() {
    Row differs = Row.exact(Variant.SAME, FIGURE, .5);
    Row equal = Row.exact(Variant.SAME, FIGURE, .9633);
    assertThat(result(equal, differs).acceptable()).isFalse();
    assertThat(result(equal, differs.explained("so")).acceptable()).isTrue();
    assertThat(result(equal, differs.notComparable("so")).acceptable()).isTrue();
  }

  private static Result result(Row... rows) {
    return new Result("none", "none", 0, List.of(rows), List.of());
  }

  @Test
  void reportsDoNotNameTheUser() {
    String home = System.getProperty("user.home");
    Result result = new Result("x", "from " + home + "/data", 0, List.of(), List.of());
    assertThat(result.dataSource()).isEqualTo("from ~/data");
  }

  @Test
  void spreadsAreSampleStatistics() {
    Spread spread = Spread.of(1, 2, 3, 4);
    assertThat(spread.mean()).isEqualTo(2.5);
    assertThat(spread.sd()).isCloseTo(Math.sqrt(5.0 / 3), within(1e-12));
    assertThat(spread.min()).isEqualTo(1);
    assertThat(spread.max()).isEqualTo(4);
    assertThat(Spread.of(7).sd()).isZero();
    assertThatThrownBy(Spread::of).isInstanceOf(IllegalArgumentException.class);
  }
}
