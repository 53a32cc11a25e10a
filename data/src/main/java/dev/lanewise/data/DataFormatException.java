package dev.lanewise.data;

/** A file's content is not what its format, or the data set it should hold, demands. */
public final class DataFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final String what;

  /**
   * @param file the file, and the part of it, as a reader would name it
   * @param offset the byte, counted from 0, at which the content is wrong
   * @param what what is wrong there
   */
  public DataFormatException(String file, long offset, String what) {
    super(what);
    this.file = file;
    this.offset = offset;
    this.what = what;
  }

  /** As the constructor without a cause. */
  public DataFormatException(String file, long offset, String what, Throwable cause) {
    this(file, offset, what);
    initCause(cause);
  }

  @Override
  public String getMessage() {
    return printable(file + ", byte " + offset + ": " + what);
  }

  /** Names taken from a hostile file must not steer the terminal of who reads the message. */
  private static String printable(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}]", "?");
  }

  /** The file, and the part of it: {@code x.gz (unpacked)}, {@code x.npz!images.npy}. */
  public String file() {
    return file;
  }

  /** The byte of {@link #file}, counted from 0, at which the content is wrong. */
  public long offset() {
    return offset;
  }
}
