package dev.lanewise.data.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lanewise.data.DataFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that no zip library would write, made byte by byte. */
class HostileZipTest {
  private static final int STORED = 0;
  private static final int DEFLATED = 8;

  @TempDir private Path directory;

  @Test
  void readsWhatIsNotHostile() throws IOException {
    Path file =
        zip(
            stored("a.npy", array(3)),
            stored("x/", new byte[0]),
            deflated("key:c.npy", array(5)),
            stored("x.txt", array(1)));
    assertThat(Npz.read(file)).containsOnlyKeys("a", "key:c");
    assertThat(Npz.read(file).sequencedKeySet()).containsExactly("a", "key:c");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../a.npy",
        "x/../../a.npy",
        "x/..",
        "..",
        "/etc/a.npy",
        "..\\a.npy",
        "x\\..\\a.npy",
        "C:\\a.npy",
        "c:a.npy",
        "\\a.npy"
      })
  void refusesNamesThatLeadOut(String name) throws IOException {
    Path file = zip(stored("ok.npy", array(3)), stored(name, array(3)));
    refuses(file, "member '" + name + "' leads out of its directory");
  }

  @Test
  void acceptsDotsThatLeadNowhere() throws IOException {
    assertThat(Npz.read(zip(stored("a..npy", array(3)), stored("x/..b.npy", array(3)))))
        .containsOnlyKeys("a.", "x/..b");
  }

  @Test
  void refusesANameThatIsThereTwice() throws IOException {
    refuses(
        zip(stored("a.npy", array(3)), stored("b.npy", array(3)), stored("a.npy", array(5))),
        "member 'a.npy' is there twice");
    refuses(
        zip(stored("a.npy", array(3)), deflated("a.npy", array(3))),
        "member 'a.npy' is there twice");
  }

  @Test
  void refusesAMemberLargerThanItsDeflatedBytesCanBe() throws IOException {
    Member member = deflated("a.npy", array(3));
    refuses(zip(member.claiming(member.packed.length * 1032L + 1)), "cannot be");
    refuses(zip(member.claiming(0xFFFF_FFF0L)), "cannot be 4294967280 bytes long");
  }

  @Test
  void refusesAStoredMemberLargerThanItself() throws IOException {
    Member member = stored("a.npy", array(3));
    refuses(zip(member.claiming(member.packed.length + 1L)), "cannot be");
  }

  @Test
  void refusesAMemberThatUnpacksToMoreThanItClaims() throws IOException {
    byte[] bomb = Arrays.copyOf(array(3), 10_000_000);
    refuses(zip(deflated("a.npy", bomb).claiming(array(3).length)), "after the end of the data");
    refuses(zip(deflated("a.npy", bomb)), "after the end of the data");
  }

  @Test
  void refusesAMemberThatUnpacksToLessThanItClaims() throws IOException {
    Member member = deflated("a.npy", Arrays.copyOf(array(3), array(3).length - 1));
    refuses(zip(member.claiming(array(3).length)), "a.npy, byte ");
  }

  @Test
  void refusesMembersThatUnpackToTooMuchTogether() throws IOException {
    byte[] packed = new byte[1 << 20];
    Member member = new Member("", DEFLATED, packed, 1000L << 20, 0);
    refuses(
        zip(member.named("a.npy"), member.named("b.npy"), member.named("c.npy")),
        "unpack to more than 2147483648 bytes");
    // Exactly that many, of which none is an array.
    Member half = new Member("", DEFLATED, packed, 1L << 30, 0);
    assertThat(Npz.read(zip(half.named("a"), half.named("b")))).isEmpty();
    refuses(
        zip(half.named("a"), half.named("b"), deflated("c", new byte[1])),
        "unpack to more than 2147483648 bytes");
  }

  @Test
  void refusesAnArrayLargerThanItsMember() throws IOException {
    byte[] array = array(3);
    String absurd =
        new String(array, StandardCharsets.ISO_8859_1)
            .replace("(3,), }         ", "(2000000000,), }");
    refuses(
        zip(stored("a.npy", absurd.getBytes(StandardCharsets.ISO_8859_1))),
        "needs 2000000000 bytes");
  }

  @Test
  void refusesAWrongChecksum() throws IOException {
    Member member = stored("a.npy", array(3));
    refuses(zip(new Member("a.npy", STORED, member.packed, member.size, member.crc ^ 1)), "CRC-32");
  }

  /** The record that ends an archive lies before a comment, which may look like such a record. */
  @Test
  void namesThePlaceOfTheDirectoryWhateverCommentFollows() throws IOException {
    String lookalikes = "?K\5\6P?\5\6PK?\6PK\5?";
    for (int length : new int[] {3, 70_000}) {
      byte[] plain = Files.readAllBytes(zip(stored("../a.npy", array(length))));
      for (int comment : new int[] {0, 60, 0xFFFF}) {
        ByteBuffer file =
            ByteBuffer.allocate(plain.length + comment).order(ByteOrder.LITTLE_ENDIAN);
        file.put(plain).putShort(plain.length - 2, (short) comment);
        if (comment > 0) {
          file.put(lookalikes.getBytes(StandardCharsets.US_ASCII));
        }
        Path path = Files.write(Files.createTempFile(directory, "", ".npz"), file.array());
        assertThatExceptionOfType(DataFormatException.class)
            .isThrownBy(() -> Npz.read(path))
            .withMessageContaining("leads out")
            .satisfies(e -> assertThat(e.offset()).isEqualTo(plain.length - 22));
      }
    }
  }

  @Test
  void anArchiveWithoutADirectoryIsWrongAtItsEnd() throws IOException {
    byte[] zip = Files.readAllBytes(zip(stored("a.npy", array(3))));
    Path file = Files.write(directory.resolve("cut.npz"), Arrays.copyOf(zip, zip.length - 22));
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(() -> Npz.read(file))
        .withMessageContaining("damaged or cut short")
        .satisfies(e -> assertThat(e.offset()).isEqualTo(zip.length - 22));
  }

  private static void refuses(Path file, String why) {
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(() -> Npz.read(file))
        .withMessageContaining(file + "")
        .withMessageContaining(", byte ")
        .withMessageContaining(why);
  }

  /** An {@code .npy} of so many bytes. */
  private static byte[] array(int length) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Npy.write(out, NpyArray.of(new byte[length], length));
    return out.toByteArray();
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Member(String name, int method, byte[] packed, long size, long crc) {
    Member claiming(long otherSize) {
      return new Member(name, method, packed, otherSize, crc);
    }

    Member named(String otherName) {
      return new Member(otherName, method, packed, size, crc);
    }
  }

  private static Member stored(String name, byte[] content) {
    return new Member(name, STORED, content, content.length, Deflated.crc(content));
  }

  private static Member deflated(String name, byte[] content) {
    byte[] packed = Deflated.of(content);
    return new Member(name, DEFLATED, packed, content.length, Deflated.crc(content));
  }

  private Path zip(Member... members) throws IOException {
    int room = 22;
    for (Member member : members) {
      room += 76 + 2 * member.name.length() + member.packed.length;
    }
    ByteBuffer out = ByteBuffer.allocate(room).order(ByteOrder.LITTLE_ENDIAN);
    List<Integer> offsets = new ArrayList<>();
    for (Member member : members) {
      offsets.add(out.position());
      out.putInt(0x04034b50).putShort((short) 20);
      common(out, member).putShort((short) 0);
      out.put(member.name.getBytes(StandardCharsets.US_ASCII)).put(member.packed);
    }
    int start = out.position();
    for (int i = 0; i < members.length; i++) {
      out.putInt(0x02014b50).putShort((short) 20).putShort((short) 20);
      common(out, members[i]).putShort((short) 0).putShort((short) 0).putShort((short) 0);
      out.putShort((short) 0).putInt(0).putInt(offsets.get(i));
      out.put(members[i].name.getBytes(StandardCharsets.US_ASCII));
    }
    int length = out.position() - start;
    out.putInt(0x06054b50).putShort((short) 0).putShort((short) 0);
    out.putShort((short) members.length).putShort((short) members.length);
    out.putInt(length).putInt(start).putShort((short) 0);
    assertThat(out.hasRemaining()).isFalse();
    return Files.write(Files.createTempFile(directory, "", ".npz"), out.array());
  }

  /** What local header and directory share: flags, method, time, date, CRC-32, lengths. */
  private static ByteBuffer common(ByteBuffer out, Member member) {
    out.putShort((short) 0).putShort((short) member.method).putShort((short) 0);
    out.putShort((short) 0x21).putInt((int) member.crc).putInt(member.packed.length);
    return out.putInt((int) member.size).putShort((short) member.name.length());
  }
}
