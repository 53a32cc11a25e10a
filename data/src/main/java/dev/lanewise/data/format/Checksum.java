package dev.lanewise.data.format;

import dev.lanewise.data.DataFormatException;
import dev.lanewise.data.MissingDataException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Checksums of what files hold, the same whether a file is packed with gzip or not. */
public final class Checksum {
  private Checksum() {}

  /**
   * The SHA-256 of a file's content, after unpacking it if it starts with gzip's magic number.
   *
   * @param maxBytes the content may not be longer
   * @return 64 lower-case hexadecimal digits
   * @throws DataFormatException if the gzip data is damaged or the content is longer
   * @throws MissingDataException if there is no such file
   * @throws UncheckedIOException if the file cannot be read
   */
  public static String sha256(Path file, long maxBytes) {
    return Reading.of(
        file,
        () -> {
          try (Content content = Content.open(file)) {
            MessageDigest digest = newSha256();
            byte[] chunk = new byte[1 << 16];
            for (int read = content.read(chunk); read > 0; read = content.read(chunk)) {
              if (content.position() > maxBytes) {
                throw content.malformed(
                    maxBytes, "the content goes on after " + maxBytes + " bytes");
              }
              digest.update(chunk, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
          }
        });
  }

  /** The SHA-256 of bytes, as 64 lower-case hexadecimal digits. */
  public static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(newSha256().digest(bytes));
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
