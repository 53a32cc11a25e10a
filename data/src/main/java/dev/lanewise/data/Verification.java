package dev.lanewise.data;

import dev.lanewise.data.format.Checksum;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * The comparison of a file with what was published.
 *
 * @param dataSet which data set it belongs to
 * @param file which file, or {@code embedded}
 * @param status the outcome
 * @param detail what was found, in words
 */
public record Verification(String dataSet, String file, Status status, String detail) {

  /** The outcome of a comparison. */
  public enum Status {
    /** The content is the published one. */
    SAME,
    /**
     * The content is valid but not the published one. Right for another part of notMNIST, wrong for
     * everything else.
     */
    OTHER,
    /** The content is not what it should be, or cannot be read. */
    DAMAGED
  }

  /** Whether experiments can rely on the file. */
  public boolean isUsable() {
    return status == Status.SAME || (status == Status.OTHER && dataSet.equals(NotMnist.NAME));
  }

  static Verification of(String dataSet, String file, String expected, Supplier<String> actual) {
    try {
      String sha256 = actual.get();
      return sha256.equals(expected)
          ? new Verification(dataSet, file, Status.SAME, "SHA-256 " + sha256)
          : new Verification(
              dataSet, file, Status.DAMAGED, "SHA-256 " + sha256 + ", published was " + expected);
    } catch (DataFormatException | UncheckedIOException e) {
      return new Verification(dataSet, file, Status.DAMAGED, message(e));
    }
  }

  static Verification of(String dataSet, Path file, DataSetInfo.File pinned) {
    boolean letters = dataSet.equals(NotMnist.NAME);
    Verification result =
        of(
            dataSet,
            file.toString(),
            pinned.sha256(),
            () -> Checksum.sha256(file, letters ? Long.MAX_VALUE : pinned.bytes()));
    if (result.status != Status.DAMAGED || !letters) {
      return result;
    }
    try {
      ImageSet images = NotMnist.read(file);
      return new Verification(
          dataSet,
          file.toString(),
          Status.OTHER,
          images.size()
              + " images, shapes and labels valid; no checksum is published for this part");
    } catch (DataFormatException | UncheckedIOException e) {
      return new Verification(dataSet, file.toString(), Status.DAMAGED, message(e));
    }
  }

  private static String message(RuntimeException e) {
    return String.valueOf(e.getMessage());
  }
}
