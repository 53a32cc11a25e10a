package dev.lanewise.engine.io;

import java.util.Locale;

/** What an entry of a file holds. */
public enum ElementType {
  /** A matrix of unsigned bytes. */
  UINT8(1, 1),
  /** A matrix of signed 32-bit integers. */
  INT32(2, 4),
  /** A matrix of 32-bit floats. */
  FLOAT32(3, 4),
  /** A matrix of 64-bit floats. */
  FLOAT64(4, 8),
  /** A 64-bit integer. */
  INTEGER(16, 0),
  /** A 64-bit float. */
  REAL(17, 0),
  /** Up to 32 ASCII letters, digits, dots, underscores and hyphens. */
  TEXT(18, 0);

  final int code;
  final int bytes;

  ElementType(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  /** Whether an entry of this type is a matrix. */
  public boolean isMatrix() {
    return bytes > 0;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
