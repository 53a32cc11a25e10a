package dev.lanewise.data.format;

import dev.lanewise.data.DataFormatException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The header of an {@code .npy} file: a literal of a Python dict with exactly the keys {@code
 * descr}, {@code fortran_order} and {@code shape}, in any order.
 */
@SuppressWarnings("ArrayRecordComponent") // read once, never compared
record NpyHeader(NpyType type, boolean bigEndian, boolean fortran, int[] shape) {
  /** NumPy's own limit on the number of dimensions. */
  static final int MAX_DIMENSIONS = 64;

  /**
   * @param start where the text starts in the content
   * @throws DataFormatException if the text is anything else
   */
  static NpyHeader parse(String text, Content content, long start) {
    return new Parser(text, content, start).header();
  }

  private static final class Parser {
    private final String text;
    private final Content content;
    private final long start;
    private int at;

    Parser(String text, Content content, long start) {
      this.text = text;
      this.content = content;
      this.start = start;
    }

    NpyHeader header() {
      @Nullable String descr = null;
      @Nullable Boolean fortran = null;
      int @Nullable [] shape = null;
      int descrAt = 0;
      expect('{');
      while (!accept('}')) {
        int keyAt = skipSpace();
        String key = string();
        expect(':');
        int valueAt = skipSpace();
        boolean repeated =
            switch (key) {
              case "descr" -> {
                boolean known = descr != null;
                descrAt = valueAt;
                descr = string();
                yield known;
              }
              case "fortran_order" -> {
                boolean known = fortran != null;
                fortran = bool();
                yield known;
              }
              case "shape" -> {
                boolean known = shape != null;
                shape = tuple();
                yield known;
              }
              default ->
                  throw malformed(
                      keyAt, "the header has an unknown key '" + Reading.shortened(key) + "'");
            };
        if (repeated) {
          throw malformed(keyAt, "the header has the key '" + key + "' twice");
        }
        if (!accept(',')) {
          expect('}');
          break;
        }
      }
      if (skipSpace() != text.length()) {
        throw malformed(at, "the header goes on after its end");
      }
      if (descr == null || fortran == null || shape == null) {
        throw malformed(0, "the header lacks one of descr, fortran_order and shape");
      }
      char order = descr.isEmpty() ? ' ' : descr.charAt(0);
      NpyType type = descr.isEmpty() ? null : NpyType.of(descr.substring(1));
      if (type == null || "<>|=".indexOf(order) < 0 || (order == '|' && type.bytes() > 1)) {
        throw malformed(
            descrAt, "elements of type '" + Reading.shortened(descr) + "' are not read");
      }
      return new NpyHeader(type, order == '>', fortran, shape);
    }

    private String string() {
      skipSpace();
      char quote = at < text.length() ? text.charAt(at) : ' ';
      if (quote != '\'' && quote != '"') {
        throw malformed(at, "expected a quoted name in the header (records are not read)");
      }
      int end = text.indexOf(quote, at + 1);
      if (end < 0) {
        throw malformed(at, "a quoted name in the header does not end");
      }
      String value = text.substring(at + 1, end);
      at = end + 1;
      return value;
    }

    private boolean bool() {
      skipSpace();
      for (boolean value : new boolean[] {true, false}) {
        String word = value ? "True" : "False";
        if (text.startsWith(word, at)) {
          at += word.length();
          return value;
        }
      }
      throw malformed(at, "expected True or False in the header");
    }

    private int[] tuple() {
      expect('(');
      int[] values = new int[MAX_DIMENSIONS];
      int count = 0;
      while (!accept(')')) {
        if (count == MAX_DIMENSIONS) {
          throw malformed(at, "the shape has more than " + MAX_DIMENSIONS + " dimensions");
        }
        values[count++] = number();
        if (!accept(',')) {
          expect(')');
          break;
        }
      }
      return Arrays.copyOf(values, count);
    }

    private int number() {
      int from = skipSpace();
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      String digits = text.substring(from, at);
      try {
        return Integer.parseInt(digits);
      } catch (NumberFormatException e) {
        throw malformed(
            from,
            digits.isEmpty()
                ? "expected a dimension in the header"
                : "dimension " + Reading.shortened(digits) + " is too large");
      }
    }

    private boolean accept(char expected) {
      skipSpace();
      if (at < text.length() && text.charAt(at) == expected) {
        at++;
        return true;
      }
      return false;
    }

    private void expect(char expected) {
      if (!accept(expected)) {
        throw malformed(at, "expected '" + expected + "' in the header");
      }
    }

    private int skipSpace() {
      while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      return at;
    }

    private DataFormatException malformed(int where, String what) {
      return content.malformed(start + where, what);
    }
  }
}
