package dev.lanewise.data.format;

import dev.lanewise.data.DataFormatException;
import dev.lanewise.data.MissingDataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads pickles that hold nothing but plain data and NumPy arrays. A pickle is a program: it may
 * call anything it can name. Here it can name three things, NumPy's {@code _reconstruct} (under
 * both names of its module), {@code ndarray} and {@code dtype}; any other name is refused, and so
 * is every instruction that data does not need.
 *
 * <p>Why not {@code net.razorvine:pickle} (as of 1.5): its table of constructors is static, so that
 * registering NumPy's would change it for the whole process; the table starts with some twenty
 * other names; a name it does not know is not refused but becomes a stand-in, which a call without
 * arguments turns into a dictionary; and it allocates what a length says before it looks whether
 * the bytes are there.
 *
 * <p>Memory: every length is checked against the file first, and all arrays together may not be
 * larger than it, so the result is at most a constant times the file. Every object of the result is
 * looked at once, however often it is referred to, so a list that holds itself does no harm.
 */
public final class Unpickler {
  /** Plenty for a thousand images (0.9 MB), little enough to hold in memory as a whole. */
  private static final long MAX_FILE = 256L << 20;

  private static final int HIGHEST_PROTOCOL = 4;

  private final String file;
  private final byte[] bytes;
  private int at;
  private int opcodeAt;
  private List<Object> stack = new ArrayList<>();
  private final Deque<List<Object>> marked = new ArrayDeque<>();
  private final List<Object> memo = new ArrayList<>();
  private long copied;

  private Unpickler(String file, byte[] bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  /** Python's {@code None}. */
  public enum None {
    /** The only one. */
    NONE
  }

  /** Python's tuple; unmodifiable. */
  public record Tuple(List<Object> items) {
    public Tuple {
      items = Collections.unmodifiableList(items);
    }
  }

  /** An array that is made empty by one instruction and filled by another. */
  public static final class Ndarray {
    private @Nullable NpyArray array;

    private Ndarray() {}

    /** The array, or nothing if the pickle never filled it. */
    public Optional<NpyArray> array() {
      return Optional.ofNullable(array);
    }
  }

  private enum Global {
    RECONSTRUCT,
    NDARRAY,
    DTYPE
  }

  private static final Map<String, Global> GLOBALS =
      Map.of(
          "numpy.core.multiarray._reconstruct", Global.RECONSTRUCT,
          "numpy._core.multiarray._reconstruct", Global.RECONSTRUCT,
          "numpy.ndarray", Global.NDARRAY,
          "numpy.dtype", Global.DTYPE);

  private static final class Dtype {
    private final NpyType type;
    private boolean bigEndian;

    private Dtype(NpyType type) {
      this.type = type;
    }
  }

  /**
   * Reads a pickle of protocol 2, 3 or 4.
   *
   * @return a {@code Map} (keys are strings), {@code List}, {@link Tuple}, {@code String}, {@code
   *     Long}, {@code Double}, {@code Boolean}, {@code byte[]}, {@link None} or {@link Ndarray}
   * @throws DataFormatException if the pickle is damaged, needs anything else, or is larger than
   *     256 MiB
   * @throws MissingDataException if there is no such file
   * @throws UncheckedIOException if the file cannot be read
   */
  public static Object load(Path file) {
    return Reading.of(
        file,
        () -> {
          long size = Files.size(file);
          if (size > MAX_FILE) {
            throw new DataFormatException(
                file.toString(), MAX_FILE, "a pickle of " + size + " bytes is too large");
          }
          return new Unpickler(file.toString(), Files.readAllBytes(file)).load();
        });
  }

  private Object load() throws IOException {
    if (bytes.length < 2 || bytes[0] != (byte) 0x80) {
      throw malformed(0, "this is not a pickle of protocol 2 or later");
    }
    while (true) {
      opcodeAt = at;
      int opcode = u8();
      if (opcode == '.') {
        Object result = pop();
        if (!stack.isEmpty() || !marked.isEmpty()) {
          throw malformed(opcodeAt, "the pickle ends with more than one object");
        }
        if (at != bytes.length) {
          throw malformed(at, "there are bytes after the end of the pickle");
        }
        requireData(result);
        return result;
      }
      execute(opcode);
    }
  }

  /** Names of classes, and types, are what arrays are made with; they are no data themselves. */
  private void requireData(Object result) {
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Object> waiting = new ArrayDeque<>(List.of(result));
    while (!waiting.isEmpty()) {
      switch (waiting.pop()) {
        case Map<?, ?> map when seen.add(map) -> waiting.addAll(map.values());
        case List<?> list when seen.add(list) -> waiting.addAll(list);
        case Tuple tuple when seen.add(tuple) -> waiting.addAll(tuple.items());
        case Global _, Dtype _ ->
            throw malformed(opcodeAt, "the pickle holds a type where only data can be");
        default -> {}
      }
    }
  }

  private void execute(int opcode) throws IOException {
    switch (opcode) {
      case 0x80 -> protocol();
      case 0x95 -> length(8); // FRAME: a hint how much to read at once
      case '}' -> stack.add(new LinkedHashMap<String, Object>());
      case ']' -> stack.add(new ArrayList<>());
      case ')' -> stack.add(new Tuple(List.of()));
      case '(' -> {
        marked.push(stack);
        stack = new ArrayList<>();
      }
      case 0x94 -> memo.add(peek()); // MEMOIZE
      case 'q' -> put(length(1));
      case 'r' -> put(length(4));
      case 'h' -> stack.add(memoized(length(1)));
      case 'j' -> stack.add(memoized(length(4)));
      case 0x8C -> stack.add(text(length(1)));
      case 'X' -> stack.add(text(length(4)));
      case 'C' -> stack.add(take(length(1)));
      case 'B' -> stack.add(take(length(4)));
      case 'c' -> stack.add(global(line(), line()));
      case 0x93 -> {
        Object name = pop();
        Object module = pop();
        if (!(module instanceof String moduleName && name instanceof String simpleName)) {
          throw malformed(opcodeAt, "a global's name is not a string");
        }
        stack.add(global(moduleName, simpleName));
      }
      case 'K' -> stack.add((long) u8());
      case 'M' -> stack.add((long) (u8() | u8() << 8));
      case 'J' -> stack.add((long) (u8() | u8() << 8 | u8() << 16 | u8() << 24));
      case 0x8A -> stack.add(longInteger());
      case 'G' -> stack.add(ByteBuffer.wrap(take(8)).getDouble());
      case 'N' -> stack.add(None.NONE);
      case 0x88 -> stack.add(true);
      case 0x89 -> stack.add(false);
      case 0x85 -> tuple(1);
      case 0x86 -> tuple(2);
      case 0x87 -> tuple(3);
      case 't' -> {
        List<Object> items = popMark();
        stack.add(new Tuple(items));
      }
      case 'a' -> {
        Object item = pop();
        list().add(item);
      }
      case 'e' -> {
        List<Object> items = popMark();
        list().addAll(items);
      }
      case 's' -> {
        Object value = pop();
        Object key = pop();
        setItems(List.of(key, value));
      }
      case 'u' -> setItems(popMark());
      case 'R' -> reduce();
      case 'b' -> build();
      default ->
          throw malformed(
              opcodeAt,
              String.format(Locale.ROOT, "the instruction 0x%02x is refused: data", opcode)
                  + " of numbers, strings and arrays does not need it");
    }
  }

  private void protocol() {
    int protocol = u8();
    if (protocol < 2 || protocol > HIGHEST_PROTOCOL) {
      throw malformed(opcodeAt, "protocol " + protocol + " is not one of 2, 3, 4");
    }
  }

  private Global global(String module, String name) {
    String qualified = module + "." + name;
    Global global = GLOBALS.get(qualified);
    if (global == null) {
      throw malformed(
          opcodeAt, "the pickle asks for '" + Reading.shortened(qualified) + "', which is refused");
    }
    return global;
  }

  private void reduce() {
    Object arguments = pop();
    Object callable = pop();
    if (callable == Global.RECONSTRUCT
        && arguments instanceof Tuple(List<Object> items)
        && !items.isEmpty()
        && items.getFirst() == Global.NDARRAY) {
      stack.add(new Ndarray());
    } else if (callable == Global.DTYPE
        && arguments instanceof Tuple(List<Object> items)
        && !items.isEmpty()
        && items.getFirst() instanceof String code) {
      NpyType type = NpyType.of(code);
      if (type == null) {
        throw malformed(
            opcodeAt, "elements of type '" + Reading.shortened(code) + "' are not read");
      }
      stack.add(new Dtype(type));
    } else {
      throw malformed(opcodeAt, "the pickle calls something with arguments that are refused");
    }
  }

  private void build() {
    Object state = pop();
    Object target = peek();
    if (!(state instanceof Tuple(List<Object> items))) {
      throw malformed(opcodeAt, "an object's state is not a tuple");
    }
    switch (target) {
      case Dtype dtype when items.size() >= 2 && items.get(1) instanceof String order ->
          dtype.bigEndian = order.equals(">");
      case Ndarray ndarray
          when items.size() == 5
              && items.get(1) instanceof Tuple(List<Object> shape)
              && items.get(2) instanceof Dtype dtype
              && items.get(3) instanceof Boolean fortran
              && items.get(4) instanceof byte[] data ->
          ndarray.array = array(shape(shape), dtype, fortran, data);
      default -> throw malformed(opcodeAt, "the state of an object is not that of a NumPy array");
    }
  }

  private int[] shape(List<Object> items) {
    if (items.size() > NpyHeader.MAX_DIMENSIONS) {
      throw malformed(opcodeAt, "an array has " + items.size() + " dimensions");
    }
    int[] shape = new int[items.size()];
    for (int i = 0; i < shape.length; i++) {
      if (!(items.get(i) instanceof Long dimension)
          || dimension < 0
          || dimension > Integer.MAX_VALUE) {
        throw malformed(opcodeAt, "an array's shape is not one");
      }
      shape[i] = dimension.intValue();
    }
    return shape;
  }

  private NpyArray array(int[] shape, Dtype dtype, boolean fortran, byte[] data) {
    long count = NpyArray.count(shape);
    // divided, because the product may not fit
    if (count < 0
        || data.length % dtype.type.bytes() != 0
        || count != data.length / dtype.type.bytes()) {
      throw malformed(
          opcodeAt,
          "an array of shape "
              + Arrays.toString(shape)
              + " cannot have "
              + data.length
              + " bytes of data");
    }
    // The same bytes may be the data of many arrays, each of which copies them.
    copied += data.length;
    if (copied > bytes.length) {
      throw malformed(opcodeAt, "all arrays together are larger than the file");
    }
    MemorySegment raw = NpyArray.allocate(data.length);
    raw.copyFrom(MemorySegment.ofArray(data));
    // the last thing read before BUILD was the data and a few instructions
    return NpyArray.decode(file, opcodeAt, dtype.type, shape, dtype.bigEndian, fortran, raw);
  }

  @SuppressWarnings("unchecked") // every list on the stack was made here
  private List<Object> list() {
    if (peek() instanceof ArrayList<?> list) {
      return (List<Object>) list;
    }
    throw malformed(opcodeAt, "items are appended to something that is not a list");
  }

  @SuppressWarnings("unchecked") // every map on the stack was made here
  private void setItems(List<Object> items) {
    if (!(peek() instanceof LinkedHashMap<?, ?> map) || items.size() % 2 != 0) {
      throw malformed(opcodeAt, "items are set in something that is not a dictionary");
    }
    for (int i = 0; i < items.size(); i += 2) {
      if (!(items.get(i) instanceof String key)) {
        throw malformed(opcodeAt, "a key of a dictionary is not a string");
      }
      ((Map<String, Object>) map).put(key, items.get(i + 1));
    }
  }

  private void tuple(int size) {
    Object[] items = new Object[size];
    for (int i = size - 1; i >= 0; i--) {
      items[i] = pop();
    }
    stack.add(new Tuple(Arrays.asList(items)));
  }

  private void put(int index) {
    Object top = peek();
    if (index == memo.size()) {
      memo.add(top);
    } else if (index < memo.size()) {
      memo.set(index, top);
    } else {
      throw malformed(opcodeAt, "the memo's entry " + index + " comes before its time");
    }
  }

  private Object memoized(int index) {
    if (index >= memo.size()) {
      throw malformed(opcodeAt, "the memo has no entry " + index);
    }
    return memo.get(index);
  }

  private Object peek() {
    if (stack.isEmpty()) {
      throw malformed(opcodeAt, "an instruction finds nothing to work on");
    }
    return stack.getLast();
  }

  private Object pop() {
    peek();
    return stack.removeLast();
  }

  private List<Object> popMark() {
    if (marked.isEmpty()) {
      throw malformed(opcodeAt, "an instruction looks for a mark that is not there");
    }
    List<Object> items = stack;
    stack = marked.pop();
    return items;
  }

  private long longInteger() {
    int length = length(1);
    if (length > 8) {
      throw malformed(opcodeAt, "an integer of " + length + " bytes is too large");
    }
    byte[] digits = take(length);
    long value = length > 0 && digits[length - 1] < 0 ? -1 : 0;
    for (int i = length - 1; i >= 0; i--) {
      value = value << 8 | (digits[i] & 0xFF);
    }
    return value;
  }

  private String text(int length) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(take(length))).toString();
    } catch (CharacterCodingException e) {
      throw malformed(opcodeAt, "a string is not UTF-8");
    }
  }

  private String line() {
    int from = at;
    while (u8() != '\n') {
      // up to the end of the line
    }
    return new String(bytes, from, at - 1 - from, StandardCharsets.ISO_8859_1);
  }

  /** A number of so many bytes, least significant first, that counts something in the file. */
  private int length(int size) {
    long value =
        ByteBuffer.wrap(Arrays.copyOf(take(size), 8)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (value < 0 || value > bytes.length) {
      throw malformed(
          opcodeAt, "the length or place " + Long.toUnsignedString(value) + " is beyond the file");
    }
    return (int) value;
  }

  private byte[] take(int length) {
    if (length > bytes.length - at) {
      throw malformed(opcodeAt, "the file ends within an instruction");
    }
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  private int u8() {
    if (at == bytes.length) {
      throw malformed(opcodeAt, "the file ends before the pickle does");
    }
    return bytes[at++] & 0xFF;
  }

  private DataFormatException malformed(int where, String what) {
    return new DataFormatException(file, where, what);
  }
}
