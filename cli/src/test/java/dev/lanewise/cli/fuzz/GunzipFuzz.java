package dev.lanewise.cli.fuzz;

import static dev.lanewise.cli.fuzz.Scratch.require;

import dev.lanewise.data.DataFormatException;
import dev.lanewise.data.format.Checksum;
import java.nio.file.Path;

/** The reader of gzip: what it unpacks is what the JDK unpacks. */
public final class GunzipFuzz {

  /** So that a bomb ends here, and in the JDK's reader too. */
  private static final long MOST = 1 << 22;

  private GunzipFuzz() {}

  /** One input, after the magic number. */
  public static void fuzzerTestOneInput(byte[] input) {
    byte[] packed = new byte[input.length + 2];
    packed[0] = 0x1F;
    packed[1] = (byte) 0x8B;
    System.arraycopy(input, 0, packed, 2, input.length);
    Path file = Scratch.file("input.gz", packed);
    try {
      String sha256 = Checksum.sha256(file, MOST);
      require(sha256.equals(Checksum.sha256(Unpacked.bytes(packed))), "other bytes than the JDK's");
    } catch (DataFormatException e) {
      Refusal.check(e, file);
    }
  }
}
