package dev.lanewise.blas;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Native libraries that are resources, and their copies in a folder. The resources' bytes are the
 * truth: every {@link #copyTo} compares what is on disk with them, so a damaged or foreign copy is
 * replaced and never loaded.
 */
final class NativeFiles {

  private final Map<String, URL> resources;
  private final Map<String, byte[]> digests = new LinkedHashMap<>();

  /**
   * Reads every resource once.
   *
   * @param resources by file name, in the order of loading
   * @throws IOException if a resource cannot be read
   */
  NativeFiles(Map<String, URL> resources) throws IOException {
    this.resources = new LinkedHashMap<>(resources);
    for (Map.Entry<String, URL> entry : this.resources.entrySet()) {
      try (InputStream in = entry.getValue().openStream()) {
        digests.put(entry.getKey(), digest(in));
      }
    }
  }

  /** SHA-256, in hexadecimal, of all names and contents: one folder name for one set of files. */
  String key() {
    MessageDigest all = sha256();
    digests.forEach(
        (name, digest) -> {
          all.update(name.getBytes(StandardCharsets.UTF_8));
          all.update((byte) 0);
          all.update(digest);
        });
    return HexFormat.of().formatHex(all.digest());
  }

  /**
   * Makes sure that a folder holds a true copy of every resource. A copy appears under its name
   * only when it is complete, so any number of processes may do this at once.
   *
   * @return the copies, in the order of loading
   * @throws IOException if the folder cannot be written and does not hold the copies already
   */
  Map<String, Path> copyTo(Path folder) throws IOException {
    Map<String, Path> copies = new LinkedHashMap<>();
    for (String name : resources.keySet()) {
      Path copy = folder.resolve(name);
      if (!isTrue(name, copy)) {
        createFolder(folder);
        write(name, copy);
        if (!isTrue(name, copy)) {
          throw new IOException(copy + " differs from what was just written to it");
        }
      }
      copies.put(name, copy);
    }
    return copies;
  }

  private boolean isTrue(String name, Path copy) throws IOException {
    if (!Files.isRegularFile(copy)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(copy)) {
      return Arrays.equals(digests.get(name), digest(in));
    }
  }

  private void write(String name, Path copy) throws IOException {
    URL resource = resources.get(name);
    if (resource == null) {
      throw new IllegalArgumentException(name);
    }
    Path part = Files.createTempFile(copy.getParent(), name, ".part");
    try {
      try (InputStream in = resource.openStream();
          OutputStream out = Files.newOutputStream(part)) {
        in.transferTo(out);
      }
      Files.move(part, copy, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** For the owner alone: nobody else may put a library where this process will load it. */
  private static void createFolder(Path folder) throws IOException {
    if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      FileAttribute<?> ownerOnly =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
      Files.createDirectories(folder, ownerOnly);
    } else {
      Files.createDirectories(folder);
    }
  }

  private static byte[] digest(InputStream in) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[1 << 16];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      digest.update(buffer, 0, n);
    }
    return digest.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
