package dev.lanewise.data.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The golden files come from NumPy itself: make.py beside them. */
class NumpyRandomStateTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 1000})
  void shufflesAsNumpyDoes(int n) throws IOException {
    assertThat(new NumpyRandomState(521).shuffled(n)).containsExactly(numbers(golden(n).get(0)));
  }

  @ParameterizedTest
  @ValueSource(ints = {10_000, 18_724})
  void shufflesManyAsNumpyDoes(int n) throws Exception {
    List<String> golden = golden(n);
    int[] order = new NumpyRandomState(521).shuffled(n);
    assertThat(Arrays.copyOf(order, 50)).containsExactly(numbers(golden.get(1)));
    assertThat(Arrays.copyOfRange(order, n - 50, n)).containsExactly(numbers(golden.get(2)));
    ByteBuffer bytes = ByteBuffer.allocate(4 * n).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(order);
    byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(bytes.array());
    assertThat(HexFormat.of().formatHex(sha256)).isEqualTo(golden.get(0));
  }

  @Test
  void zeroIsASeed() {
    assertThat(new NumpyRandomState(0).shuffled(5)).containsExactly(2, 0, 1, 3, 4);
  }

  @Test
  void shufflesNothing() {
    assertThat(new NumpyRandomState(521).shuffled(0)).isEmpty();
  }

  @Test
  void continuesItsStream() {
    NumpyRandomState random = new NumpyRandomState(521);
    assertThat(random.shuffled(100)).isNotEqualTo(random.shuffled(100));
  }

  @Test
  void refusesNegativeNumbers() {
    assertThatIllegalArgumentException().isThrownBy(() -> new NumpyRandomState(-1));
    NumpyRandomState random = new NumpyRandomState(521);
    assertThatIllegalArgumentException().isThrownBy(() -> random.shuffled(-1));
  }

  private static List<String> golden(int n) throws IOException {
    try (InputStream in =
        NumpyRandomStateTest.class.getResourceAsStream("permutation-" + n + ".txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .toList();
    }
  }

  private static int[] numbers(String line) {
    return Arrays.stream(line.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
  }
}
