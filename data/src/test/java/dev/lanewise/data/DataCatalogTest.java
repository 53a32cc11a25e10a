package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.lanewise.data.DataSetInfo.Availability;
import dev.lanewise.data.Verification.Status;
import dev.lanewise.data.format.NpyArray;
import dev.lanewise.data.format.Npz;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCatalogTest {
  @TempDir private Path directory;

  @Test
  void takesTheDirectoryThatTheVariableNames() throws IOException {
    Path named = Files.createDirectory(directory.resolve("named"));
    Files.createDirectories(directory.resolve("cache/lanewise"));
    assertThat(source(Map.of("LANEWISE_DATA", named.toString(), "XDG_CACHE_HOME", cache())))
        .contains("embedded (" + named + " has no mnist)");
  }

  @Test
  void refusesAVariableThatNamesNothing() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    for (Path wrong : List.of(directory.resolve("missing"), file)) {
      assertThatExceptionOfType(MissingDataException.class)
          .isThrownBy(() -> DataCatalog.from(Map.of("LANEWISE_DATA", wrong.toString())))
          .withMessageContaining("LANEWISE_DATA names " + wrong)
          .withMessageContaining("unset it");
      assertThatExceptionOfType(MissingDataException.class)
          .isThrownBy(() -> DataCatalog.at(wrong))
          .withMessageContaining(wrong.toString());
    }
  }

  @Test
  void fallsBackToTheCacheAndThenToTheEmbedded() throws IOException {
    Map<String, String> environment = Map.of("LANEWISE_DATA", "", "XDG_CACHE_HOME", cache());
    assertThat(source(environment)).endsWith("embedded");
    Path cache = Files.createDirectories(directory.resolve("cache/lanewise"));
    assertThat(source(environment)).endsWith("embedded (" + cache + " has no mnist)");
  }

  @Test
  void findsTheCacheAsTheSpecificationTells() {
    Path home = Path.of(System.getProperty("user.home"), ".cache", "lanewise");
    assertThat(DataCatalog.cacheDirectory()).isEqualTo(DataCatalog.cacheDirectory(System.getenv()));
    assertThat(DataCatalog.cacheDirectory(Map.of())).isEqualTo(home);
    assertThat(DataCatalog.cacheDirectory(Map.of("XDG_CACHE_HOME", ""))).isEqualTo(home);
    assertThat(DataCatalog.cacheDirectory(Map.of("XDG_CACHE_HOME", "relative"))).isEqualTo(home);
    assertThat(DataCatalog.cacheDirectory(Map.of("XDG_CACHE_HOME", cache())))
        .isEqualTo(directory.resolve("cache/lanewise"));
  }

  @Test
  void embedsTenThousandDigits() {
    DataCatalog catalog = DataCatalog.embedded();
    assertThat(catalog.hasFullMnist()).isFalse();
    TrainTest mnist = catalog.mnist();
    assertThat(mnist.train().images().shape()).isEqualTo("9000 x 784");
    assertThat(mnist.test().images().shape()).isEqualTo("1000 x 784");
    // the labels MNIST's training file starts with
    assertThat(mnist.train().labels()).startsWith(5, 0, 4, 1, 9, 2, 1, 3, 1, 4);
    assertThat(mnist.test().source()).contains("first 10,000").contains("embedded");
  }

  @Test
  void derivesMiniMnistFromTheEmbedded() {
    DataCatalog catalog = DataCatalog.embedded();
    ImageSet mini = catalog.miniMnist();
    ImageSet train = catalog.mnist().train();
    int row = 0;
    for (int digit = 0; digit < 10; digit++) {
      int found = 0;
      for (int i = 0; found < 100; i++) {
        if (train.labels()[i] == digit) {
          assertThat(mini.labels()[row]).isEqualTo(digit);
          assertThat(mini.images().row(row++)).isEqualTo(train.images().row(i));
          found++;
        }
      }
    }
    assertThat(mini.size()).isEqualTo(1000).isEqualTo(row);
    assertThat(mini.name()).isEqualTo("mini-mnist");
  }

  @Test
  void listsWhatIsEmbedded() {
    List<DataSetInfo> list = DataCatalog.embedded().list();
    assertThat(list)
        .extracting(DataSetInfo::name, DataSetInfo::availability, DataSetInfo::rows)
        .containsExactly(
            tuple("mnist", Availability.EMBEDDED, 10_000),
            tuple("mini-mnist", Availability.EMBEDDED, 1_000),
            tuple("notmnist", Availability.MISSING, 0));
    assertThat(list.getLast().location()).isEqualTo("not embedded");
    assertThat(list.getFirst().licence()).contains("LeCun", "Cortes", "Burges", "MIT");
  }

  @Test
  void listsWhatADirectoryHolds() throws IOException {
    put("mnist/train-images-idx3-ubyte", new byte[1]);
    put("mnist/train-labels-idx1-ubyte.gz", new byte[1]);
    put("mnist/t10k-images-idx3-ubyte", new byte[1]);
    put("mini-mnist/mini-mnist-1000.pickle", new byte[1]);
    put("notmnist/notMNIST.npz", new byte[1]);
    DataCatalog catalog = DataCatalog.at(directory);
    assertThat(catalog.list())
        .extracting(DataSetInfo::availability)
        .containsExactly(Availability.EMBEDDED, Availability.COMPLETE, Availability.COMPLETE);
    assertThat(catalog.list().getFirst().location())
        .contains(directory.resolve("mnist") + " has only 3 of its 4 files");
    assertThat(catalog.mnist().train().source()).contains("has only 3 of its 4 files");
    put("mnist/t10k-labels-idx1-ubyte", new byte[1]);
    assertThat(catalog.hasFullMnist()).isTrue();
    DataSetInfo mnist = catalog.list().getFirst();
    assertThat(mnist.availability()).isEqualTo(Availability.COMPLETE);
    assertThat(mnist.rows()).isEqualTo(70_000);
    assertThat(mnist.location()).isEqualTo(directory.resolve("mnist").toString());
    assertThat(catalog.list().getLast().rows()).isEqualTo(DataSetInfo.UNKNOWN_ROWS);
    assertThat(catalog.list())
        .extracting(DataSetInfo::location)
        .containsExactly(
            directory.resolve("mnist").toString(),
            directory.resolve("mini-mnist/mini-mnist-1000.pickle").toString(),
            directory.resolve("notmnist/notMNIST.npz").toString());
  }

  @Test
  void listsWhatADirectoryLacks() {
    DataCatalog catalog = DataCatalog.at(directory);
    assertThat(catalog.list())
        .extracting(DataSetInfo::location)
        .containsExactly(
            "embedded: the first 10,000 training images (" + directory + " has no mnist)",
            "embedded",
            "not embedded, and not in " + directory);
    assertThat(catalog.miniMnist().source())
        .endsWith("embedded (" + directory + " has no mini-mnist)");
  }

  @Test
  void verifiesTheEmbedded() {
    List<Verification> results = DataCatalog.embedded().verify();
    assertThat(results).hasSize(1);
    assertThat(results.getFirst().status()).isEqualTo(Status.SAME);
    assertThat(results.getFirst().isUsable()).isTrue();
  }

  @Test
  void verifiesADirectory() throws IOException {
    put("mnist/t10k-labels-idx1-ubyte", labels(10_000));
    put("mnist/t10k-images-idx3-ubyte.gz", new byte[] {0x1F, (byte) 0x8B, 9});
    put("mini-mnist/mini-mnist-1000.pickle", new byte[1]);
    letters(new byte[] {0, 9});
    List<Verification> results = DataCatalog.at(directory).verify();
    assertThat(results)
        .extracting(Verification::status)
        .containsExactly(Status.SAME, Status.DAMAGED, Status.DAMAGED, Status.DAMAGED, Status.OTHER);
    assertThat(results)
        .extracting(Verification::isUsable)
        .containsExactly(true, false, false, false, true);
    assertThat(results.get(1).file()).endsWith("t10k-images-idx3-ubyte.gz");
    assertThat(results.get(1).detail()).contains("byte 2: the compression method is not deflate");
    assertThat(results.get(2).detail()).contains("published was ff7bcfd4");
    assertThat(results.get(4).detail()).contains("2 images");
  }

  @Test
  void verifyStopsAtThePublishedLengthButOfNotMnist() throws IOException {
    put("mnist/t10k-labels-idx1-ubyte", labels(10_001));
    // longer than the file whose length is known
    letters(new byte[10_200]);
    List<Verification> results = DataCatalog.at(directory).verify();
    assertThat(results)
        .extracting(Verification::status)
        .containsExactly(Status.SAME, Status.DAMAGED, Status.OTHER);
    assertThat(results.get(1).detail()).contains("goes on after 10008 bytes");
  }

  @Test
  void verifyFindsADamagedNotMnist() throws IOException {
    letters(new byte[] {0, 10});
    Verification result = DataCatalog.at(directory).verify().getLast();
    assertThat(result.status()).isEqualTo(Status.DAMAGED);
    assertThat(result.isUsable()).isFalse();
    assertThat(result.detail()).contains("label 10 is not in 0..9");
  }

  @Test
  void refusesMnistOfAnotherSize() throws IOException {
    put("mnist/train-images-idx3-ubyte", images(2, 28, 28));
    put("mnist/train-labels-idx1-ubyte", labels(2));
    put("mnist/t10k-images-idx3-ubyte", images(2, 28, 28));
    put("mnist/t10k-labels-idx1-ubyte", labels(2));
    refusesMnist("train-images-idx3-ubyte", "expected 60000 images of 28 x 28, found 2 of 28 x 28");
    put("mnist/train-images-idx3-ubyte", images(3, 14, 56));
    refusesMnist("train-images-idx3-ubyte", "found 3 of 14 x 56");
    put("mnist/train-images-idx3-ubyte", images(60_000, 28, 28));
    refusesMnist("train-labels-idx1-ubyte", "expected 60000 labels, found 2");
    put("mnist/train-labels-idx1-ubyte", labels(60_000));
    refusesMnist("t10k-images-idx3-ubyte", "expected 10000 images of 28 x 28, found 2");
    put("mnist/t10k-images-idx3-ubyte", images(10_000, 28, 28));
    refusesMnist("t10k-labels-idx1-ubyte", "expected 10000 labels, found 2");
    put("mnist/t10k-labels-idx1-ubyte", labels(10_000));
    assertThat(DataCatalog.at(directory).mnist().test().size()).isEqualTo(10_000);
  }

  private void refusesMnist(String file, String why) {
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(() -> DataCatalog.at(directory).mnist())
        .withMessageContaining(file)
        .withMessageContaining(why);
  }

  @Test
  void readsNotMnistOfAnySize() throws IOException {
    letters(new byte[] {9, 0, 3});
    DataCatalog catalog = DataCatalog.at(directory);
    assertThat(catalog.hasNotMnist()).isTrue();
    ImageSet letters = catalog.notMnist();
    assertThat(letters.labels()).containsExactly(9, 0, 3);
    assertThat(letters.classes()).startsWith("A").endsWith("J").hasSize(10);
    assertThat(letters.source()).contains("3 images", directory.toString());
  }

  @Test
  void saysWhereToPutNotMnist() {
    assertThat(DataCatalog.at(directory).hasNotMnist()).isFalse();
    assertThatExceptionOfType(MissingDataException.class)
        .isThrownBy(() -> DataCatalog.at(directory).notMnist())
        .withMessageContaining("not in " + directory)
        .withMessageContaining("put notmnist/notMNIST.npz")
        .withMessageContaining("LANEWISE_DATA");
    assertThatExceptionOfType(MissingDataException.class)
        .isThrownBy(() -> DataCatalog.embedded().notMnist())
        .withMessageContaining("not embedded");
  }

  @Test
  void refusesANotMnistThatIsNot() throws IOException {
    notMnist(Map.of("images", NpyArray.of(new byte[784], 1, 28, 28)), "'images' and 'labels'");
    NpyArray label = NpyArray.of(new byte[1], 1);
    notMnist(Map.of("images", NpyArray.of(new byte[784], 784), "labels", label), "[784]");
    notMnist(
        Map.of("images", NpyArray.of(new byte[784], 1, 14, 56), "labels", label), "[1, 14, 56]");
    notMnist(Map.of("images", NpyArray.of(new byte[0], 0, 28, 28), "labels", label), "[0, 28, 28]");
    notMnist(Map.of("images", NpyArray.of(new int[784], 1, 28, 28), "labels", label), "found i4");
    notMnist(
        Map.of("images", NpyArray.of(new byte[1568], 2, 28, 28), "labels", label),
        "2 images cannot have 1 labels");
  }

  private void notMnist(Map<String, NpyArray> arrays, String why) throws IOException {
    Files.createDirectories(directory.resolve("notmnist"));
    Npz.write(directory.resolve("notmnist/notMNIST.npz"), new LinkedHashMap<>(arrays));
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(() -> DataCatalog.at(directory).notMnist())
        .withMessageContaining("notMNIST.npz")
        .withMessageContaining(why);
  }

  private void letters(byte[] labels) throws IOException {
    SequencedMap<String, NpyArray> arrays = new LinkedHashMap<>();
    arrays.put("images", NpyArray.of(new byte[labels.length * 784], labels.length, 28, 28));
    arrays.put("labels", NpyArray.of(labels, labels.length));
    Files.createDirectories(directory.resolve("notmnist"));
    Npz.write(directory.resolve("notmnist/notMNIST.npz"), arrays);
  }

  private void put(String name, byte[] content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private static byte[] images(int count, int height, int width) {
    ByteBuffer file = ByteBuffer.allocate(16 + count * height * width);
    return file.putInt(0x803).putInt(count).putInt(height).putInt(width).array();
  }

  private static byte[] labels(int count) {
    return ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count).array();
  }

  private static String source(Map<String, String> environment) {
    return DataCatalog.from(environment).mnist().train().source();
  }

  private String cache() {
    return directory.resolve("cache").toString();
  }
}
