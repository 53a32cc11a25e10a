package dev.lanewise.data;

import java.util.List;

/**
 * What there is to know of a data set without reading it.
 *
 * @param name as used everywhere, {@code mnist}
 * @param description what it holds
 * @param licence whose it is, and under which terms as far as that is known
 * @param availability how much of it is there
 * @param location where that is: a path, or words
 * @param rows how many images are there, or {@link #UNKNOWN_ROWS} if only the file can tell
 * @param files the published files
 */
public record DataSetInfo(
    String name,
    String description,
    String licence,
    Availability availability,
    String location,
    int rows,
    List<File> files) {

  /** The number of rows is known only once the file is read. */
  public static final int UNKNOWN_ROWS = -1;

  public DataSetInfo {
    files = List.copyOf(files);
  }

  /** How much of a data set is there. */
  public enum Availability {
    /** All of it, as files. */
    COMPLETE,
    /** What comes with this library. */
    EMBEDDED,
    /** Nothing. */
    MISSING
  }

  /**
   * A published file.
   *
   * @param name without {@code .gz}
   * @param bytes the length of the unpacked content
   * @param sha256 of the unpacked content, lower-case hexadecimal
   */
  public record File(String name, long bytes, String sha256) {}
}
