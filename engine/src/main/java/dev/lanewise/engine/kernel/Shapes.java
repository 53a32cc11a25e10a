package dev.lanewise.engine.kernel;

import dev.lanewise.engine.matrix.Matrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.util.Objects;

/**
 * The shape checks that every implementation of {@link Kernels} makes first, with one wording for
 * all.
 */
public final class Shapes {

  /** The most columns for which a sum of d squared differences of bytes, 255^2 d, fits an int. */
  public static final int MAX_BYTE_COLUMNS = Integer.MAX_VALUE / (255 * 255);

  /** The most columns for which a sum of d differences of bytes, 255 d, fits 15 bits. */
  public static final int MAX_NARROW_COLUMNS = Short.MAX_VALUE / 255;

  private Shapes() {}

  /** For {@link Kernels#gemm}; returns k, the number of columns of op(A). */
  public static int gemm(Transpose transposeA, Transpose transposeB, Matrix a, Matrix b, Matrix c) {
    int m = transposeA == Transpose.NO ? a.rows() : a.columns();
    int k = transposeA == Transpose.NO ? a.columns() : a.rows();
    int kb = transposeB == Transpose.NO ? b.rows() : b.columns();
    int n = transposeB == Transpose.NO ? b.columns() : b.rows();
    if (k != kb || c.rows() != m || c.columns() != n) {
      throw new IllegalArgumentException(
          "gemm: op(A) is "
              + m
              + " x "
              + k
              + ", op(B) is "
              + kb
              + " x "
              + n
              + ", C is "
              + c.shape());
    }
    return k;
  }

  /** For {@link Kernels#sparseGemm}. */
  public static void sparseGemm(Transpose transposeA, SparseRows a, Matrix b, Matrix c) {
    int m = transposeA == Transpose.NO ? a.rows() : a.columns();
    int k = transposeA == Transpose.NO ? a.columns() : a.rows();
    if (k != b.rows() || c.rows() != m || c.columns() != b.columns()) {
      throw new IllegalArgumentException(
          "sparseGemm: op(A) is " + m + " x " + k + ", B is " + b.shape() + ", C is " + c.shape());
    }
  }

  /** For {@link Kernels#distances}. */
  public static void distances(Matrix queries, Matrix rows, Matrix out) {
    if (queries.columns() != rows.columns()
        || out.rows() != queries.rows()
        || out.columns() != rows.rows()) {
      throw new IllegalArgumentException(
          "distances: queries are "
              + queries.shape()
              + ", rows are "
              + rows.shape()
              + ", out is "
              + out.shape());
    }
  }

  /** For distances between bytes: the columns must be few enough for an int result. */
  public static void byteColumns(Matrix rows) {
    if (rows.columns() > MAX_BYTE_COLUMNS) {
      throw new IllegalArgumentException(
          rows.columns()
              + " columns of bytes: at most "
              + MAX_BYTE_COLUMNS
              + " fit an int distance");
    }
  }

  /** For distances between one query and chosen rows. */
  public static void chosen(
      Matrix queries, int query, Matrix rows, int[] chosen, int count, int[] out) {
    if (queries.columns() != rows.columns()) {
      throw new IllegalArgumentException(
          "distances: queries are " + queries.shape() + ", rows are " + rows.shape());
    }
    Objects.checkIndex(query, queries.rows());
    if (count > chosen.length || count > out.length) {
      throw new IllegalArgumentException(
          "distances: "
              + count
              + " rows are chosen, from an array of "
              + chosen.length
              + " into one of "
              + out.length);
    }
  }

  /** For {@link Kernels#dotsAtLeast} and {@link Kernels#l1AtMost}. */
  public static void screen(
      String operation, Matrix queries, Matrix vectors, int limits, int[] counts, int[] hits) {
    if (queries.columns() != vectors.rows()) {
      throw new IllegalArgumentException(
          operation + ": queries are " + queries.shape() + ", vectors are " + vectors.shape());
    }
    if (limits < queries.rows()
        || counts.length < queries.rows()
        || hits.length < (long) queries.rows() * vectors.columns()) {
      throw new IllegalArgumentException(
          operation
              + ": "
              + queries.rows()
              + " queries and "
              + vectors.columns()
              + " vectors, but "
              + limits
              + " limits and room for "
              + counts.length
              + " counts and "
              + hits.length
              + " hits");
    }
  }

  /** For {@link Kernels#l1AtMost}: few enough columns for 15 bits. */
  public static void narrow(Matrix queries) {
    if (queries.columns() > MAX_NARROW_COLUMNS) {
      throw new IllegalArgumentException(
          "l1AtMost: " + queries.columns() + " columns: at most " + MAX_NARROW_COLUMNS);
    }
  }

  /** Two matrices that must have one shape. */
  public static void same(String operation, Matrix a, Matrix b) {
    if (a.rows() != b.rows() || a.columns() != b.columns()) {
      throw new IllegalArgumentException(operation + ": " + a.shape() + " against " + b.shape());
    }
  }

  /** A matrix and room for it transposed. */
  public static void transposed(String operation, Matrix x, Matrix out) {
    if (out.rows() != x.columns() || out.columns() != x.rows()) {
      throw new IllegalArgumentException(
          operation + ": the matrix is " + x.shape() + ", the result " + out.shape());
    }
  }

  /** Two matrices of one shape, a label for each of their columns and room for a value. */
  public static void labels(String operation, Matrix x, Matrix y, int[] labels, float[] out) {
    same(operation, x, y);
    if (labels.length < x.columns() || out.length < x.columns()) {
      throw new IllegalArgumentException(
          operation
              + ": "
              + x.columns()
              + " columns, but "
              + labels.length
              + " labels and room for "
              + out.length
              + " values");
    }
    for (int i = 0; i < x.columns(); i++) {
      Objects.checkIndex(labels[i], x.rows());
    }
  }

  /** A row that must be 1 x the columns of a matrix. */
  public static void row(String operation, Matrix row, Matrix x) {
    if (row.rows() != 1 || row.columns() != x.columns()) {
      throw new IllegalArgumentException(
          operation + ": the row is " + row.shape() + ", the matrix is " + x.shape());
    }
  }

  /** An array that must hold a matrix's row. */
  public static void hits(Matrix values, int[] hits) {
    if (hits.length < values.columns()) {
      throw new IllegalArgumentException(
          "atMost: room for "
              + hits.length
              + " hits, the row has "
              + values.columns()
              + " columns");
    }
  }
}
