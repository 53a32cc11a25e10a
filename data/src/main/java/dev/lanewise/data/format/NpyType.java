package dev.lanewise.data.format;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The element types of NumPy that are read; the names are NumPy's, the number is the bytes. */
public enum NpyType {
  /** Booleans, 0 or 1. */
  B1(1),
  /** Unsigned, 8 bits. */
  U1(1),
  /** Unsigned, 16 bits. */
  U2(2),
  /** Unsigned, 32 bits. */
  U4(4),
  /** Unsigned, 64 bits. */
  U8(8),
  /** Signed, 8 bits. */
  I1(1),
  /** Signed, 16 bits. */
  I2(2),
  /** Signed, 32 bits. */
  I4(4),
  /** Signed, 64 bits. */
  I8(8),
  /** IEEE 754, 32 bits. */
  F4(4),
  /** IEEE 754, 64 bits. */
  F8(8);

  private final int bytes;

  NpyType(int bytes) {
    this.bytes = bytes;
  }

  /** The size of an element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** NumPy's name, as in {@code u1}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether elements are floating-point numbers. */
  public boolean isFloating() {
    return this == F4 || this == F8;
  }

  /** The type of NumPy's name without a byte order, or null if it is not one of these. */
  static @Nullable NpyType of(String code) {
    for (NpyType type : values()) {
      if (type.code().equals(code)) {
        return type;
      }
    }
    return null;
  }
}
