package dev.lanewise.engine.neighbors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.matrix.ByteMatrix;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableTest {

  @Test
  void isNobodyElsesUntilItIsGivenBack() {
    for (int queries : new int[] {1, ByteIndex.FEW_QUERIES, ByteIndex.QUERIES}) {
      Table first = Table.take(queries);
      Table second = Table.take(queries);
      assertThat(second).isNotSameAs(first);
      first.giveBack();
      assertThat(Table.take(queries)).isSameAs(first);
      first.giveBack();
      second.giveBack();
    }
  }

  @Test
  void hasRoomForFewQueriesOrAll() {
    Table few = Table.take(ByteIndex.FEW_QUERIES);
    assertThat(few.ints(ByteIndex.FEW_QUERIES, ByteIndex.ROWS).shape()).isEqualTo("16 x 1024");
    assertThatThrownBy(() -> few.ints(ByteIndex.FEW_QUERIES + 1, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    few.giveBack();
    Table many = Table.take(ByteIndex.FEW_QUERIES + 1);
    assertThat(many.floats(ByteIndex.QUERIES, ByteIndex.ROWS).shape()).isEqualTo("512 x 1024");
    many.giveBack();
  }

  @Test
  void holdsIntsOrFloats() {
    Table table = Table.take(2);
    table.ints(2, 3).set(1, 2, Float.floatToRawIntBits(1.5f));
    assertThat(table.floats(2, 3).get(1, 2)).isEqualTo(1.5f);
    table.giveBack();
  }

  /** Else it would wait for the collector. */
  @Test
  void isGivenBackByASearchThatFails(@TempDir Path directory) {
    Path file = directory.resolve("index.lwm");
    ByteMatrix rows = ByteMatrix.zeros(50, 8);
    try (Engine engine = Engine.builder().threads(1).open()) {
      NearestNeighbors.of(engine, rows, Distance.L1).save(file);
      NearestNeighbors index;
      try (Arena arena = Arena.ofShared()) {
        index = NearestNeighbors.open(engine, file, arena);
      }
      Table idle = Table.take(1);
      idle.giveBack();
      assertThatIllegalStateException()
          .isThrownBy(() -> index.search(rows.rows(0, 1), 1))
          .withMessageContaining("closed");
      assertThat(Table.take(1)).isSameAs(idle);
      idle.giveBack();
    }
  }
}
