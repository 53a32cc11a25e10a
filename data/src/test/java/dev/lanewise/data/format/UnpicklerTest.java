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

  @Test
  void doesNotTakeAPartOfANameForTheModule() throws IOException {
    // these two do name numpy.dtype; the others only end as it does
    assertThat(load("cnumpy\ndtype\n.")).isNotNull();
    assertThat(load(text("numpy") + text("dtype") + "\u0093.")).isNotNull();
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

  @Test
  void refusesWhatIsLeftOver() {
    refuses("]].", "byte 4", "more than one object");
    refuses("(].", "byte 4", "more than one object");
    refuses("]..", "byte 4", "after the end");
    refuses("]", "byte 3", "ends before the pickle does");
    refuses(".", "byte 2", "nothing to work on");
    refuses("e.", "byte 2", "a mark that is not there");
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
