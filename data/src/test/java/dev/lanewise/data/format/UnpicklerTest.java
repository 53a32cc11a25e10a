package dev.lanewise.data.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lanewise.data.DataFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pickles are written here as Latin-1, so that an instruction is a character. */
class UnpicklerTest {
  @TempDir private Path directory;

  @Test
  void readsWhatNumpyPickled() throws IOException {
    Path file = directory.resolve("array.pickle");
    try (InputStream in = UnpicklerTest.class.getResourceAsStream("array.pickle")) {
      Files.write(file, Objects.requireNonNull(in).readAllBytes());
    }
    assertThat(Unpickler.load(file)).isInstanceOf(Map.class);
    Map<?, ?> content = (Map<?, ?>) Unpickler.load(file);
    assertThat(content.get("labels")).isEqualTo(List.of(0L, 300L, -1L, 1L << 40));
    Unpickler.Tuple other = (Unpickler.Tuple) Objects.requireNonNull(content.get("other"));
    assertThat(other.items()).startsWith(true, Unpickler.None.NONE, 0.5).endsWith("\u00e4");
    assertThat(other.items().get(3)).isEqualTo(new byte[] {0, -1});
    List<?> images = (List<?>) Objects.requireNonNull(content.get("images"));
    for (int i = 0; i < 2; i++) {
      NpyArray image = ((Unpickler.Ndarray) images.get(i)).array().orElseThrow();
      assertThat(image.shape()).containsExactly(3, 4);
      for (int j = 0; j < 12; j++) {
        assertThat(image.getLong(j)).isEqualTo(12L * i + j);
      }
    }
  }

  @Test
  void readsAListThatHoldsItself() throws IOException {
    // EMPTY_LIST, put it away, get it again, APPEND
    List<?> list = (List<?>) load("]q\0h\0a.");
    assertThat(list).hasSize(1);
    assertThat(list.get(0)).isSameAs(list);
  }

  @Test
  void readsADictionaryThatHoldsItself() throws IOException {
    Map<?, ?> map = (Map<?, ?>) load("}q\0X\1\0\0\0ah\0s.");
    assertThat(map.get("a")).isSameAs(map);
  }

  @Test
  void readsATupleInsideItsOwnList() throws IOException {
    List<?> list = (List<?>) load("]q\0h\0\u0085a.");
    assertThat(((Unpickler.Tuple) list.get(0)).items().get(0)).isSameAs(list);
  }

  /** Nine levels of nine references each: 387 million items when walked, but only ten lists. */
  @Test
  void sharesWhatIsReferredToOften() throws IOException {
    StringBuilder program = new StringBuilder("]q\0");
    for (char level = 0; level < 9; level++) {
      program.append("](");
      for (int i = 0; i < 9; i++) {
        program.append('h').append(level);
      }
      program.append("eq").append((char) (level + 1)).append("\u0086");
    }
    Object list = load(program.append("h\t\u0086.").toString());
    list = ((Unpickler.Tuple) list).items().get(1);
    for (int level = 0; level < 9; level++) {
      List<?> items = (List<?>) list;
      assertThat(items).hasSize(9);
      assertThat(items.get(0)).isSameAs(items.get(8));
      list = items.get(0);
    }
    assertThat((List<?>) list).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "os, system",
    "posix, system",
    "builtins, eval",
    "builtins, getattr",
    "subprocess, Popen",
    "numpy, load",
    "numpy.core.multiarray, scalar",
    "numpy._core.multiarray, fromfile",
    "numpy, dtype.__init__"
  })
  void refusesAllOtherNames(String module, String name) {
    String why = "asks for '" + module + "." + name + "', which is refused";
    refuses("c" + module + "\n" + name + "\n.", "byte 2", why);
    // STACK_GLOBAL
    String pushed = text(module) + text(name);
    refuses(pushed + "\u0093.", "byte " + (2 + pushed.length()), why);
  }

  private static final String NO_DATA = "holds a type where only data can be";

  @Test
  void refusesTypesAmongData() throws IOException {
    String global = "cnumpy\ndtype\n";
    String dtype = global + text("u1") + "\u0085R";
    for (String type : List.of(global, dtype)) {
      refuses(type + ".", "byte", NO_DATA);
      refuses("]" + type + "a.", "byte", NO_DATA);
      refuses("}" + text("a") + type + "s.", "byte", NO_DATA);
      refuses(type + "\u0085\u0085.", "byte", NO_DATA);
    }
    assertThat(((Unpickler.Tuple) load(")\u0085.")).items()).hasSize(1);
  }

  @Test
  void doesNotTakeAPartOfANameForTheModule() {
    // these two do name numpy.dtype, which is no data; the others only end as it does
    refuses("cnumpy\ndtype\n.", "byte 15", NO_DATA);
    refuses(text("numpy") + text("dtype") + "\u0093.", "byte 23", NO_DATA);
    refuses("cevil.numpy\ndtype\n.", "byte 2", "'evil.numpy.dtype'");
    refuses("cnumpy \ndtype\n.", "byte 2", "'numpy .dtype'");
  }

  @Test
  void doesNotPassOnControlCharacters() {
    refuses("cos\u001b[2J\nsystem\n.", "byte 2", "'os?[2J.system'");
    refuses("c" + "x".repeat(500) + "\ny\n.", "byte 2", "'" + "x".repeat(100) + "...'");
  }

  /** INST, OBJ, NEWOBJ, NEWOBJ_EX, EXT1, PERSID, BINPERSID. */
  @ParameterizedTest
  @ValueSource(
      strings = {"(ios\nsystem\n.", "(o.", ")\u0081.", ")\u0092.", "\u0082\1.", "Pid\n.", "Q."})
  void refusesInstructionsThatCallOrLookUp(String program) {
    refuses(program, "byte ", "is refused");
  }

  @Test
  void refusesToCallWhatItKnowsInAnotherWay() {
    String dtype = "cnumpy\ndtype\n";
    String ndarray = "cnumpy\nndarray\n";
    refuses(dtype + ")R.", "byte 16", "arguments that are refused");
    refuses(ndarray + text("x") + "\u0085R.", "byte", "arguments that are refused");
    refuses(dtype + text("O8") + "\u0085R.", "byte", "elements of type 'O8' are not read");
    refuses("]" + ")b.", "byte 4", "not that of a NumPy array");
    refuses(dtype + ")b.", "byte", "not that of a NumPy array");
  }

  @Test
  void refusesLengthsBeyondTheFileBeforeItAllocates() {
    refuses("B\u00ff\u00ff\u00ff\u007fabc.", "byte 2", "2147483647 is beyond the file");
    refuses("X\u00ff\u00ff\u00ff\u00ffabc.", "byte 2", "4294967295 is beyond the file");
    refuses("r\0\0\0@.", "byte 2", "beyond the file");
    refuses("]r\5\0\0\0.", "byte 3", "the memo's entry 5 comes before its time");
    refuses("h\1.", "byte 2", "the memo has no entry 1");
  }

  /** Nothing may be made up where the file ends. */
  @Test
  void refusesInstructionsThatAreCutOff() throws IOException {
    assertThat(load("C\3abc.")).isEqualTo(new byte[] {'a', 'b', 'c'});
    assertThat(load("C\0.")).isEqualTo(new byte[0]);
    for (String program :
        List.of("C\5abc.", "C\4abc", "C\4abc.", "G\0\0\0\0\0\0.", "J\1\2", "M\1")) {
      refuses(program, "byte", "the file ends");
    }
    refuses("", "byte 2", "ends before the pickle does");
    refuses("]q\0h\1.", "byte 5", "the memo has no entry 1");
  }

  @Test
  void readsIntegersOfAllLengths() throws IOException {
    assertThat(load("\u008a\0.")).isEqualTo(0L);
    assertThat(load("\u008a\1\u007f.")).isEqualTo(127L);
    assertThat(load("\u008a\1\u00ff.")).isEqualTo(-1L);
    assertThat(load("\u008a\2\0\1.")).isEqualTo(256L);
    assertThat(load("\u008a\2\u00ff\0.")).isEqualTo(255L);
    assertThat(load("\u008a\10\0\0\0\0\0\0\0\u0080.")).isEqualTo(Long.MIN_VALUE);
    refuses("\u008a\11\0\0\0\0\0\0\0\0\1.", "byte 2", "an integer of 9 bytes is too large");
    assertThat(load("J\u00fe\u00ff\u00ff\u00ff.")).isEqualTo(-2L);
    assertThat(load("M\u00ff\u00ff.")).isEqualTo(65_535L);
  }

  @Test
  void readsEmptyArraysAndRefusesShapesThatDoNotFit() throws IOException {
    assertThat(array("K\0\u0085", 0).shape()).containsExactly(0);
    assertThat(array("K\0J\u00ff\u00ff\u00ff\u007f\u0086", 0).shape())
        .containsExactly(0, Integer.MAX_VALUE);
    refuses(ARRAY + state("K\1\u0085", 2) + "b.", "byte", "shape [1] cannot have 2 bytes");
    refuses(ARRAY + state("J\u00ff\u00ff\u00ff\u00ff\u0085", 0) + "b.", "byte", "shape is not one");
    refuses(ARRAY + state("K\0\u008a\5\0\0\0\u0080\0\u0086", 0) + "b.", "byte", "shape is not one");
  }

  /** A byte order is the second item of a type's state; what follows does not matter. */
  @Test
  void readsAByteOrderFromTheShortestStateOfAType() throws IOException {
    String type = "cnumpy\ndtype\n" + text("i2") + "\u0085R(K\3" + text(">") + "tb";
    Object loaded = load(ARRAY + "(K\1K\1\u0085" + type + "\u0089C\2\0\7tb.");
    assertThat(((Unpickler.Ndarray) loaded).array().orElseThrow().getLong(0)).isEqualTo(7);
  }

  private NpyArray array(String shape, int bytes) throws IOException {
    return ((Unpickler.Ndarray) load(ARRAY + state(shape, bytes) + "b.")).array().orElseThrow();
  }

  @Test
  void refusesWhatIsLeftOver() {
    refuses("]].", "byte 4", "more than one object");
    refuses("(].", "byte 4", "more than one object");
    refuses("]..", "byte 4", "after the end");
    refuses("]", "byte 3", "ends before the pickle does");
    refuses(".", "byte 2", "nothing to work on");
    refuses("e.", "byte 2", "a mark that is not there");
  }

  private static final String ARRAY =
      "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n\u0085R";

  /** The state of an array of bytes, to be followed by BUILD. */
  private static String state(String shape, int bytes) {
    return "(K\1"
        + shape
        + "cnumpy\ndtype\n"
        + text("u1")
        + "\u0085R\u0089C"
        + (char) bytes
        + "x".repeat(bytes)
        + "t";
  }

  /** A few bytes for each array, and each array a copy of all the data: memory would run out. */
  @Test
  void refusesToMakeManyArraysOfTheSameBytes() throws IOException {
    String state = state("K\u00c8\u0085", 200);
    List<?> list = (List<?>) load("](" + ARRAY + state + "q\0be.");
    assertThat(((Unpickler.Ndarray) list.get(0)).array().orElseThrow().size()).isEqualTo(200);
    refuses(
        "](" + ARRAY + state + "q\0b" + (ARRAY + "h\0b").repeat(3) + "e.",
        "byte 4",
        "all arrays together are larger than the file");
  }

  @Test
  void refusesMoreDimensionsThanNumpyHas() throws IOException {
    assertThat(load(ARRAY + state("(" + "K\1".repeat(64) + "t", 1) + "b.")).isNotNull();
    refuses(ARRAY + state("(" + "K\1".repeat(65) + "t", 1) + "b.", "byte", "has 65 dimensions");
  }

  private static String text(String value) {
    return "X" + (char) value.length() + "\0\0\0" + value;
  }

  private void refuses(String program, String where, String why) {
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(() -> load(program))
        .withMessageContaining(where)
        .withMessageContaining(why);
  }

  /** The program after the instruction that names protocol 2. */
  private Object load(String program) throws IOException {
    Path file = directory.resolve("x.pickle");
    Files.write(file, ("\u0080\u0002" + program).getBytes(StandardCharsets.ISO_8859_1));
    return Unpickler.load(file);
  }
}
