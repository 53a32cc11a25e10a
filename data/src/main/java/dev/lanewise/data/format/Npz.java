package dev.lanewise.data.format;

import dev.lanewise.data.AtomicFile;
import dev.lanewise.data.DataFormatException;
import dev.lanewise.data.MissingDataException;
import java.io.EOFException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Reads and writes NumPy's {@code .npz}: a zip archive of {@code .npy} members, stored or deflated.
 * Members of other kinds are left alone.
 *
 * <p>Nothing is allocated before a shape was checked against the length of the member, and that
 * against the length of the file. Member names are only names here, but one that would lead out of
 * a directory marks an archive as hostile, and it is refused.
 */
public final class Npz {
  private static final String SUFFIX = ".npy";

  /** The first time a zip archive can hold. NumPy writes it too. */
  private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);

  private Npz() {}

  /**
   * Reads all arrays of a file.
   *
   * @return the arrays by name, without {@code .npy}, in the archive's order; unmodifiable
   * @throws DataFormatException if the archive is damaged, holds a name twice or a name that leads
   *     out of a directory, unpacks to more than 2 GiB, or a member is not exactly one array of a
   *     type that is read
   * @throws MissingDataException if there is no such file
   * @throws UncheckedIOException if the file cannot be read
   */
  public static SequencedMap<String, NpyArray> read(Path file) {
    return Reading.of(file, () -> readAll(file));
  }

  private static SequencedMap<String, NpyArray> readAll(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    SequencedMap<String, NpyArray> arrays = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      SequencedMap<String, ZipEntry> entries = entries(file, zip);
      for (Map.Entry<String, ZipEntry> entry : entries.entrySet()) {
        arrays.put(entry.getKey(), read(file, zip, entry.getValue()));
      }
    } catch (ZipException | EOFException e) {
      throw new DataFormatException(
          file.toString(),
          directoryOffset(file),
          "the zip archive is damaged or cut short: " + e.getMessage(),
          e);
    }
    return Collections.unmodifiableSequencedMap(arrays);
  }

  /** The members that hold arrays, after all names and lengths were checked. */
  private static SequencedMap<String, ZipEntry> entries(Path file, ZipFile zip) throws IOException {
    SequencedMap<String, ZipEntry> members = new LinkedHashMap<>();
    long fileSize = Files.size(file);
    long total = 0;
    for (ZipEntry entry : Collections.list(zip.entries())) {
      String name = entry.getName();
      if (leadsOut(name)) {
        throw directory(
            file, "member '" + Reading.shortened(name) + "' leads out of its directory");
      }
      if (members.putIfAbsent(name, entry) != null) {
        throw directory(file, "member '" + Reading.shortened(name) + "' is there twice");
      }
      long packed = entry.getCompressedSize();
      boolean stored = entry.getMethod() == ZipEntry.STORED;
      long bound = stored ? packed : Content.maxUnpacked(packed);
      if (packed < 0 || packed > fileSize || entry.getSize() < 0 || entry.getSize() > bound) {
        throw directory(
            file,
            "member '"
                + Reading.shortened(name)
                + "' cannot be "
                + entry.getSize()
                + " bytes long, packed "
                + packed);
      }
      total += stored ? 0 : entry.getSize();
      if (total > Content.MAX_UNPACKED) {
        throw directory(file, "the members unpack to more than " + Content.MAX_UNPACKED + " bytes");
      }
    }
    SequencedMap<String, ZipEntry> arrays = new LinkedHashMap<>();
    members.forEach(
        (name, entry) -> {
          if (name.endsWith(SUFFIX)) {
            arrays.put(name.substring(0, name.length() - SUFFIX.length()), entry);
          }
        });
    return arrays;
  }

  private static boolean leadsOut(String name) {
    String path = name.replace('\\', '/');
    return path.startsWith("/")
        || path.matches("[A-Za-z]:.*")
        || ("/" + path + "/").contains("/../")
        || path.indexOf('\0') >= 0;
  }

  private static NpyArray read(Path file, ZipFile zip, ZipEntry entry) throws IOException {
    String member = file + "!" + Reading.shortened(entry.getName());
    CRC32 crc = new CRC32();
    try (Content content =
        new Content(
            member, new CheckedInputStream(zip.getInputStream(entry), crc), entry.getSize())) {
      NpyArray array;
      try {
        array = Npy.read(content);
      } catch (ZipException | EOFException e) {
        throw new DataFormatException(
            member, content.position(), "the member is damaged: " + e.getMessage(), e);
      }
      if (crc.getValue() != entry.getCrc()) {
        throw content.malformed("the checksum (CRC-32) does not match the data");
      }
      return array;
    }
  }

  private static DataFormatException directory(Path file, String what) throws IOException {
    return new DataFormatException(file.toString(), directoryOffset(file), what);
  }

  /**
   * Where the archive's end record starts, which says where its directory is; the end of the file
   * if there is none.
   */
  private static long directoryOffset(Path file) throws IOException {
    // the record's 22 bytes and the longest comment
    int reach = 22 + 0xFFFF;
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long from = Math.max(0, in.length() - reach);
      byte[] tail = new byte[(int) (in.length() - from)];
      in.seek(from);
      in.readFully(tail);
      for (int i = tail.length - 22; i >= 0; i--) {
        if (tail[i] == 'P' && tail[i + 1] == 'K' && tail[i + 2] == 5 && tail[i + 3] == 6) {
          return from + i;
        }
      }
      return in.length();
    }
  }

  /**
   * Writes arrays as {@code numpy.savez} does, stored. The file appears under its name only when it
   * is complete, and replaces an older one. The same arrays give the same bytes, anywhere and at
   * any time.
   *
   * @param arrays by name, without {@code .npy}, in the order to write
   * @throws IllegalArgumentException if a name is one that {@link #read} would refuse, has half a
   *     surrogate pair, or takes more than 65,535 bytes
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(Path file, SequencedMap<String, NpyArray> arrays) {
    for (String name : arrays.keySet()) {
      if (leadsOut(name + SUFFIX)) {
        throw new IllegalArgumentException("a member cannot be named '" + name + SUFFIX + "'");
      }
    }
    AtomicFile.write(
        file,
        out -> {
          // closed by AtomicFile; finish() writes the directory
          ZipOutputStream zip = new ZipOutputStream(out);
          for (Map.Entry<String, NpyArray> array : arrays.entrySet()) {
            zip.putNextEntry(stored(array.getKey() + SUFFIX, array.getValue()));
            Npy.write(zip, array.getValue());
            zip.closeEntry();
          }
          zip.finish();
        });
  }

  /** An entry with what has to be known beforehand of a member that is not compressed. */
  private static ZipEntry stored(String name, NpyArray array) throws IOException {
    CRC32 crc = new CRC32();
    Counter counter = new Counter();
    try (OutputStream out = new CheckedOutputStream(counter, crc)) {
      Npy.write(out, array);
    }
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setTimeLocal(EPOCH);
    entry.setSize(counter.count);
    entry.setCompressedSize(counter.count);
    entry.setCrc(crc.getValue());
    return entry;
  }

  private static final class Counter extends FilterOutputStream {
    private long count;

    Counter() {
      super(OutputStream.nullOutputStream());
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      count += length;
    }
  }
}
