package dev.lanewise.data.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lanewise.data.DataFormatException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class NpyHeaderTest {
  private static final long START = 100;

  private static final String VALID =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 40), }";

  private static NpyHeader parse(String text) {
    return NpyHeader.parse(text, new Content("x.npy", InputStream.nullInputStream(), 0), START);
  }

  private static void refuses(String text, int at, String why) {
    assertThatExceptionOfType(DataFormatException.class)
        .as(text)
        .isThrownBy(() -> parse(text))
        .withMessageContaining(why)
        .satisfies(e -> assertThat(e.offset()).isEqualTo(START + at));
  }

  @Test
  void readsEveryWayToWriteTheSame() {
    for (String text :
        new String[] {
          VALID,
          VALID.replace('\'', '"'),
          VALID.replace(" ", ""),
          VALID.replace(" ", "\t\r\n "),
          VALID.replace(", }", "}"),
          VALID.replace("40)", "40,)"),
          VALID + "\n",
          "{'shape': (3, 40), 'fortran_order': False, 'descr': '<f4'}"
        }) {
      NpyHeader header = parse(text);
      assertThat(header.type()).as(text).isEqualTo(NpyType.F4);
      assertThat(header.bigEndian()).isFalse();
      assertThat(header.fortran()).isFalse();
      assertThat(header.shape()).as(text).containsExactly(3, 40);
    }
    assertThat(parse(VALID.replace("(3, 40)", "()")).shape()).isEmpty();
    assertThat(parse(VALID.replace("(3, 40)", "(1234567890,)")).shape())
        .containsExactly(1234567890);
  }

  @Test
  void aHeaderThatEndsEarlyIsRefusedWhereverItEnds() {
    String text = VALID.replace(", }", "}");
    for (int length = 0; length < text.length(); length++) {
      String cut = text.substring(0, length);
      assertThatExceptionOfType(DataFormatException.class)
          .as(cut)
          .isThrownBy(() -> parse(cut))
          .satisfies(e -> assertThat(e.offset()).isBetween(START, START + cut.length()));
    }
  }

  @Test
  void namesWhatIsWrongAndWhere() {
    refuses(VALID.replace("3, 40", "x"), VALID.indexOf('3'), "expected a dimension");
    refuses(VALID.replace("3,", "9999999999,"), VALID.indexOf('3'), "dimension 9999999999 is too");
    refuses(VALID.replace("'descr", "descr"), 1, "expected a quoted name");
    refuses("{'descr", 1, "a quoted name in the header does not end");
    refuses(VALID.replace("False", "0"), VALID.indexOf("False"), "expected True or False");
    refuses(VALID + "x", VALID.length(), "goes on after its end");
    refuses(VALID.replace("<f4", "<f2"), VALID.indexOf("'<f4"), "type '<f2' are not read");
  }

  @Test
  void asManyDimensionsAsNumpyHasAndNoMore() {
    String most = "1,".repeat(NpyHeader.MAX_DIMENSIONS);
    assertThat(parse(VALID.replace("3, 40", most)).shape()).hasSize(NpyHeader.MAX_DIMENSIONS);
    refuses(
        VALID.replace("3, 40", most + "1"), VALID.indexOf('3') + most.length(), "more than 64 dim");
  }
}
