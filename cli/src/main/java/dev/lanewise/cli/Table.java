package dev.lanewise.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Aligned columns of text, two blanks apart; every column as wide as its widest cell. */
final class Table {

  private final List<List<String>> rows = new ArrayList<>();
  private final boolean[] right;

  /** With a head; a head that begins with a greater-than sign aligns its column to the right. */
  Table(String... head) {
    right = new boolean[head.length];
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < head.length; i++) {
      right[i] = head[i].startsWith(">");
      cells.add(right[i] ? head[i].substring(1) : head[i]);
    }
    rows.add(cells);
  }

  void add(String... cells) {
    if (cells.length != right.length) {
      throw new IllegalArgumentException(cells.length + " cells for " + right.length + " columns");
    }
    rows.add(List.of(cells));
  }

  void print(PrintWriter out) {
    int[] widths = new int[right.length];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    line(out, rows.getFirst(), widths);
    List<String> rule = new ArrayList<>();
    for (int width : widths) {
      rule.add("-".repeat(width));
    }
    line(out, rule, widths);
    for (List<String> row : rows.subList(1, rows.size())) {
      line(out, row, widths);
    }
  }

  private void line(PrintWriter out, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String pad = " ".repeat(widths[i] - cells.get(i).length());
      line.append(i == 0 ? "" : "  ").append(right[i] ? pad : "").append(cells.get(i));
      line.append(right[i] ? "" : pad);
    }
    out.println(line.toString().stripTrailing());
  }
}
