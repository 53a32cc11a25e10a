package dev.lanewise.engine.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads and checks a header and a directory; nothing in them is used before it was checked. */
final class Directory {

  private final Path path;
  private final MemorySegment file;

  private Directory(Path path, MemorySegment file) {
    this.path = path;
    this.file = file;
  }

  static ModelFile read(Path path, MemorySegment file) {
    return new Directory(path, file).read();
  }

  private ModelFormatException wrong(long at, String what) {
    return new ModelFormatException(path, at, what);
  }

  private ModelFile read() {
    long length = file.byteSize();
    int begin = (int) Math.min(length, Layout.MAGIC.length);
    byte[] magic = file.asSlice(0, begin).toArray(ValueLayout.JAVA_BYTE);
    for (int i = 0; i < magic.length; i++) {
      if (magic[i] != Layout.MAGIC[i]) {
        throw wrong(i, "not a model file of this library; was it transferred as text?");
      }
    }
    if (length < Layout.HEADER) {
      throw wrong(
          length,
          "the file ends within the header of " + Layout.HEADER + " bytes; get the file anew");
    }
    int version = file.get(Layout.INT, Layout.VERSION_AT);
    if (version != Layout.VERSION) {
      throw wrong(
          Layout.VERSION_AT,
          version > Layout.VERSION
              ? "format version "
                  + version
                  + "; this library reads version "
                  + Layout.VERSION
                  + ": use a newer library, or save the model with this one"
              : "format version " + version + " does not exist");
    }
    long said = file.get(Layout.LONG, Layout.LENGTH_AT);
    if (said != length) {
      throw wrong(
          Layout.LENGTH_AT,
          "the file should have "
              + said
              + " bytes and has "
              + length
              + (said > length ? ": it was cut short; get it anew" : ": something was appended"));
    }
    int count = file.get(Layout.INT, Layout.ENTRIES_AT);
    if (count < 0 || count > Layout.MAX_ENTRIES) {
      throw wrong(Layout.ENTRIES_AT, count + " entries; at most " + Layout.MAX_ENTRIES);
    }
    long end = Layout.HEADER + (long) Layout.ENTRY * count;
    if (end > length) {
      throw wrong(Layout.ENTRIES_AT, count + " entries do not fit " + length + " bytes");
    }
    int checksum = Layout.directoryChecksum(file.asSlice(0, end));
    if (checksum != file.get(Layout.INT, Layout.CHECKSUM_AT)) {
      throw wrong(
          Layout.CHECKSUM_AT,
          "header and directory are damaged: their checksum is %08x, not %08x; get the file anew"
              .formatted(checksum, file.get(Layout.INT, Layout.CHECKSUM_AT)));
    }
    if (file.get(Layout.INT, Layout.RESERVED_AT) != 0) {
      throw wrong(Layout.RESERVED_AT, "reserved bytes are not zero");
    }
    String kind = checkedText(Layout.KIND_AT, Layout.KIND_BYTES, Layout.TEXT, "the kind");
    Map<String, ModelFile.Entry> entries = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      ModelFile.Entry entry = entry(Layout.HEADER + (long) Layout.ENTRY * i, end);
      if (entries.putIfAbsent(entry.name(), entry) != null) {
        throw wrong(
            Layout.HEADER + (long) Layout.ENTRY * i, "a second entry '" + entry.name() + "'");
      }
      end = entry.type().isMatrix() ? entry.end() : end;
    }
    if (Layout.aligned(end) != length) {
      throw wrong(end, "the last entry ends here, the file has " + length + " bytes");
    }
    return new ModelFile(path, file, kind, entries);
  }

  private ModelFile.Entry entry(long at, long end) {
    String name = checkedText(at, Layout.NAME_BYTES, Layout.NAME, "an entry's name");
    ElementType type = type(file.get(Layout.INT, at + Layout.TYPE_AT));
    if (type == null) {
      throw wrong(at + Layout.TYPE_AT, "'" + name + "' is of no known type");
    }
    if (!type.isMatrix()) {
      boolean isText = type == ElementType.TEXT;
      if (isText) {
        checkedText(at + Layout.VALUE_AT, Layout.TEXT_BYTES, Layout.TEXT, "'" + name + "'");
      }
      int bytes = isText ? Layout.TEXT_BYTES : Long.BYTES;
      checkZero(at + Layout.VALUE_AT + bytes, at + Layout.ENTRY, "'" + name + "'");
      return new ModelFile.Entry(name, type, 0, 0, at + Layout.VALUE_AT, 0, 0);
    }
    int rows = file.get(Layout.INT, at + Layout.ROWS_AT);
    int columns = file.get(Layout.INT, at + Layout.COLUMNS_AT);
    if (rows < 1 || columns < 1) {
      throw wrong(at + Layout.ROWS_AT, "'" + name + "' is " + rows + " x " + columns);
    }
    long bytes = file.get(Layout.LONG, at + Layout.BYTES_AT);
    if (bytes < 0 || bytes % type.bytes != 0 || bytes / type.bytes != (long) rows * columns) {
      throw wrong(
          at + Layout.BYTES_AT,
          "'" + name + "' is " + rows + " x " + columns + " " + type + " in " + bytes + " bytes");
    }
    long offset = file.get(Layout.LONG, at + Layout.OFFSET_AT);
    // One after the other: no two share bytes, and nothing is hidden between them.
    if (offset != Layout.aligned(end)) {
      throw wrong(
          at + Layout.OFFSET_AT,
          "'" + name + "' begins at " + offset + " and should at " + Layout.aligned(end));
    }
    if (bytes > file.byteSize() - offset) {
      throw wrong(
          at + Layout.BYTES_AT,
          "'" + name + "' ends at " + offset + " + " + bytes + ", beyond the file");
    }
    if (file.get(Layout.LONG, at + Layout.ENTRY_RESERVED_AT) != 0) {
      throw wrong(at + Layout.ENTRY_RESERVED_AT, "reserved bytes of '" + name + "' are not zero");
    }
    return new ModelFile.Entry(
        name,
        type,
        rows,
        columns,
        offset,
        bytes,
        file.get(Layout.INT, at + Layout.ENTRY_CHECKSUM_AT));
  }

  private static @Nullable ElementType type(int code) {
    for (ElementType type : ElementType.values()) {
      if (type.code == code) {
        return type;
      }
    }
    return null;
  }

  private String checkedText(long at, int bytes, Pattern allowed, String what) {
    String text = text(file, at, bytes);
    if (!allowed.matcher(text).matches()) {
      throw wrong(at, what + " is '" + text + "': " + allowed + " is allowed");
    }
    checkZero(at + text.length(), at + bytes, what);
    return text;
  }

  private void checkZero(long from, long to, String what) {
    for (long i = from; i < to; i++) {
      if (file.get(ValueLayout.JAVA_BYTE, i) != 0) {
        throw wrong(i, what + " is followed by bytes that are not zero");
      }
    }
  }

  /** Up to the first zero. */
  static String text(MemorySegment file, long at, int bytes) {
    byte[] all = file.asSlice(at, bytes).toArray(ValueLayout.JAVA_BYTE);
    int length = 0;
    while (length < bytes && all[length] != 0) {
      length++;
    }
    return new String(all, 0, length, StandardCharsets.ISO_8859_1);
  }
}
