package dev.lanewise.data.format;

import dev.lanewise.data.DataFormatException;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An array of NumPy's: a type, a shape and the elements in C order (last dimension fastest), as
 * little-endian native memory that is freed automatically. Immutable as long as nobody writes to a
 * matrix that shares its memory.
 */
public final class NpyArray {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String origin;
  private final long start;
  private final NpyType type;
  private final int[] shape;
  private final MemorySegment data;

  private NpyArray(String origin, long start, NpyType type, int[] shape, MemorySegment data) {
    this.origin = origin;
    this.start = start;
    this.type = type;
    this.shape = shape;
    this.data = data;
  }

  /**
   * An array as it lies in a file.
   *
   * @param origin the file, for messages
   * @param start where the elements start in it
   * @param raw exactly the elements, native memory that nobody else uses
   */
  static NpyArray decode(
      String origin,
      long start,
      NpyType type,
      int[] shape,
      boolean bigEndian,
      boolean fortran,
      MemorySegment raw) {
    MemorySegment data = fortran && shape.length > 1 ? toRowMajor(raw, shape, type.bytes()) : raw;
    if (bigEndian && type.bytes() > 1) {
      reverseBytes(data, type.bytes());
    }
    return new NpyArray(origin, start, type, shape.clone(), data);
  }

  /** How many elements an array of this shape has, or -1 if 64 bits cannot hold the number. */
  static long count(int[] shape) {
    long count = 1;
    for (int dimension : shape) {
      if (Math.multiplyHigh(count, dimension) != 0 || count * dimension < 0) {
        return -1;
      }
      count *= dimension;
    }
    return count;
  }

  static MemorySegment allocate(long bytes) {
    return Arena.ofAuto().allocate(Math.max(1, bytes), Matrix.ALIGNMENT).asSlice(0, bytes);
  }

  private static MemorySegment toRowMajor(MemorySegment columnMajor, int[] shape, int bytes) {
    MemorySegment result = allocate(columnMajor.byteSize());
    int[] index = new int[shape.length];
    long count = columnMajor.byteSize() / bytes;
    for (long i = 0; i < count; i++) {
      long from = 0;
      for (int d = shape.length - 1; d >= 0; d--) {
        from = from * shape[d] + index[d];
      }
      MemorySegment.copy(columnMajor, from * bytes, result, i * bytes, bytes);
      for (int d = shape.length - 1; d >= 0 && ++index[d] == shape[d]; d--) {
        index[d] = 0;
      }
    }
    return result;
  }

  private static void reverseBytes(MemorySegment data, int bytes) {
    for (long at = 0; at < data.byteSize(); at += bytes) {
      for (int low = 0, high = bytes - 1; low < high; low++, high--) {
        byte swapped = data.get(ValueLayout.JAVA_BYTE, at + low);
        data.set(ValueLayout.JAVA_BYTE, at + low, data.get(ValueLayout.JAVA_BYTE, at + high));
        data.set(ValueLayout.JAVA_BYTE, at + high, swapped);
      }
    }
  }

  /**
   * An array of bytes, copied, that count as 0..255.
   *
   * @throws IllegalArgumentException if the shape does not hold exactly these elements
   */
  public static NpyArray of(byte[] values, int... shape) {
    NpyArray array = empty(NpyType.U1, values.length, shape);
    MemorySegment.copy(values, 0, array.data, ValueLayout.JAVA_BYTE, 0, values.length);
    return array;
  }

  /** An array of 32-bit integers, copied. As {@link #of(byte[], int...)}. */
  public static NpyArray of(int[] values, int... shape) {
    NpyArray array = empty(NpyType.I4, values.length, shape);
    MemorySegment.copy(values, 0, array.data, INT, 0, values.length);
    return array;
  }

  /** An array of 32-bit floats, copied. As {@link #of(byte[], int...)}. */
  public static NpyArray of(float[] values, int... shape) {
    NpyArray array = empty(NpyType.F4, values.length, shape);
    for (int i = 0; i < values.length; i++) {
      array.data.setAtIndex(INT, i, Float.floatToRawIntBits(values[i]));
    }
    return array;
  }

  /** An array of 64-bit floats, copied. As {@link #of(byte[], int...)}. */
  public static NpyArray of(double[] values, int... shape) {
    NpyArray array = empty(NpyType.F8, values.length, shape);
    for (int i = 0; i < values.length; i++) {
      array.data.setAtIndex(LONG, i, Double.doubleToRawLongBits(values[i]));
    }
    return array;
  }

  private static NpyArray empty(NpyType type, int length, int[] shape) {
    for (int dimension : shape) {
      if (dimension < 0) {
        throw new IllegalArgumentException("negative shape " + Arrays.toString(shape));
      }
    }
    if (count(shape) != length) {
      throw new IllegalArgumentException(
          length + " elements cannot fill the shape " + Arrays.toString(shape));
    }
    return new NpyArray("array", 0, type, shape.clone(), allocate((long) length * type.bytes()));
  }

  /** The type of the elements. */
  public NpyType type() {
    return type;
  }

  /** The dimensions, slowest first; a scalar has none. */
  public int[] shape() {
    return shape.clone();
  }

  /** The number of elements. */
  public long size() {
    return data.byteSize() / type.bytes();
  }

  /** The elements: C order, little-endian. */
  MemorySegment data() {
    return data;
  }

  /**
   * An element as a double, rounded if it is an integer of more than 53 bits.
   *
   * @param index in C order
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public double getDouble(long index) {
    return switch (type) {
      case F4 -> Float.intBitsToFloat(data.getAtIndex(INT, index));
      case F8 -> Double.longBitsToDouble(data.getAtIndex(LONG, index));
      case U8 -> {
        long bits = data.getAtIndex(LONG, index);
        // halved with a sticky last bit, so that doubling rounds once
        yield bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
      }
      default -> integer(index);
    };
  }

  /**
   * An element as a 64-bit integer.
   *
   * @param index in C order
   * @throws DataFormatException if it is not a whole number or does not fit
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public long getLong(long index) {
    if (type.isFloating()) {
      double value = getDouble(index);
      // 2^63 is the first double that does not fit
      if (value != Math.rint(value) || value < -0x1p63 || value >= 0x1p63) {
        throw malformed(index, value + " is not a 64-bit integer");
      }
      return (long) value;
    }
    long value = integer(index);
    if (type == NpyType.U8 && value < 0) {
      throw malformed(index, Long.toUnsignedString(value) + " is not a 64-bit integer");
    }
    return value;
  }

  private long integer(long index) {
    return switch (type) {
      case B1 -> data.get(ValueLayout.JAVA_BYTE, index) == 0 ? 0 : 1;
      case U1 -> data.get(ValueLayout.JAVA_BYTE, index) & 0xFF;
      case I1 -> data.get(ValueLayout.JAVA_BYTE, index);
      case U2 -> data.getAtIndex(SHORT, index) & 0xFFFF;
      case I2 -> data.getAtIndex(SHORT, index);
      case U4 -> data.getAtIndex(INT, index) & 0xFFFF_FFFFL;
      case I4 -> data.getAtIndex(INT, index);
      case U8, I8 -> data.getAtIndex(LONG, index);
      case F4, F8 -> throw new AssertionError("not an integer type");
    };
  }

  /**
   * The array as pixels: a row per entry of the first dimension, all others flattened. Shares the
   * memory.
   *
   * @throws DataFormatException if the elements are not unsigned bytes, or there are fewer than two
   *     dimensions
   */
  public ByteMatrix toByteMatrix() {
    if (type != NpyType.U1) {
      throw malformed(0, "expected unsigned bytes (u1), found " + type.code());
    }
    return ByteMatrix.of(data.byteSize() == 0 ? allocate(1) : data, shape[0], rowLength());
  }

  /**
   * The array as a new matrix of floats, each rounded to float32: a row per entry of the first
   * dimension, all others flattened.
   *
   * @throws DataFormatException if there are fewer than two dimensions
   */
  public FloatMatrix toFloatMatrix() {
    int columns = rowLength();
    FloatMatrix matrix = FloatMatrix.zeros(shape[0], columns);
    for (int i = 0; i < shape[0]; i++) {
      for (int j = 0; j < columns; j++) {
        matrix.set(i, j, (float) getDouble((long) i * columns + j));
      }
    }
    return matrix;
  }

  /**
   * The array as labels.
   *
   * @param classes labels must be below this
   * @return a label per entry
   * @throws DataFormatException if there is not exactly one dimension, or an element is not one of
   *     0..classes-1
   */
  public int[] toLabels(int classes) {
    if (shape.length != 1) {
      throw malformed(0, "expected labels in 1 dimension, found " + shape.length);
    }
    int[] labels = new int[shape[0]];
    for (int i = 0; i < labels.length; i++) {
      long label = getLong(i);
      if (label < 0 || label >= classes) {
        throw malformed(i, "label " + label + " is not in 0.." + (classes - 1));
      }
      labels[i] = (int) label;
    }
    return labels;
  }

  private int rowLength() {
    if (shape.length < 2) {
      throw malformed(0, "expected rows in 2 or more dimensions, found " + shape.length);
    }
    long length = count(Arrays.copyOfRange(shape, 1, shape.length));
    if (length < 0 || length > Integer.MAX_VALUE) {
      throw malformed(0, "rows of shape " + Arrays.toString(shape) + " are too long");
    }
    return (int) length;
  }

  /** An exception that names the place of an element in C order. */
  private DataFormatException malformed(long index, String what) {
    return new DataFormatException(origin, start + index * type.bytes(), what);
  }

  @Override
  public String toString() {
    return type.code() + Arrays.toString(shape);
  }
}
