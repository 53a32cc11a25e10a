package dev.lanewise.blas;

import dev.lanewise.engine.file.AtomicWrite;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Native libraries that are resources, and their copies in a folder. The checksums of the release
 * are the truth: a damaged or foreign copy is replaced, a damaged or foreign resource refused, and
 * neither is loaded.
 */
final class NativeFiles {

  /**
   * One library.
   *
   * @param name of the copy
   * @param resource where it is
   * @param sha256 of its content, in hexadecimal
   */
  record Library(String name, URL resource, String sha256) {}

  /** A resource is not the library of the release, and no other folder will make it so. */
  static final class WrongLibraryException extends IOException {

    private static final long serialVersionUID = 1L;

    WrongLibraryException(String message) {
      super(message + "; -D" + OpenBlasLocator.PROPERTY + "=FILE loads one that you trust");
    }
  }

  private final List<Library> libraries;

  /**
   * @param libraries in the order of loading
   */
  NativeFiles(List<Library> libraries) {
    this.libraries = List.copyOf(libraries);
  }

  /** SHA-256, in hexadecimal, of all names and contents: one folder name for one set of files. */
  String key() {
    MessageDigest all = Checksums.sha256();
    for (Library library : libraries) {
      all.update(library.name().getBytes(StandardCharsets.UTF_8));
      all.update((byte) 0);
      all.update(HexFormat.of().parseHex(library.sha256()));
    }
    return Checksums.hex(all);
  }

  /**
   * Makes sure that a folder holds a true copy of every library. A copy appears under its name only
   * when it is complete and its checksum right, so any number of processes may do this at once.
   *
   * @return the copies, in the order of loading
   * @throws WrongLibraryException if a resource is not the library of the release
   * @throws IOException if the folder cannot be written and does not hold the copies already
   */
  Map<String, Path> copyTo(Path folder) throws IOException {
    Map<String, Path> copies = new LinkedHashMap<>();
    for (Library library : libraries) {
      Path copy = folder.resolve(library.name());
      if (!isTrue(library, copy)) {
        createFolder(folder);
        write(library, copy);
        // A file system that keeps other bytes than it was given has been seen.
        if (!isTrue(library, copy)) {
          throw new IOException(copy + " differs from what was just written to it");
        }
      }
      copies.put(library.name(), copy);
    }
    return copies;
  }

  private static boolean isTrue(Library library, Path copy) throws IOException {
    return Files.isRegularFile(copy)
        && transfer(Files.newInputStream(copy), OutputStream.nullOutputStream())
            .equals(library.sha256());
  }

  private static void write(Library library, Path copy) throws IOException {
    try {
      AtomicWrite.replace(
          copy,
          channel -> {
            String sha256 =
                transfer(library.resource().openStream(), Channels.newOutputStream(channel));
            if (!sha256.equals(library.sha256())) {
              throw new WrongLibraryException(
                  library.resource()
                      + " has SHA-256 "
                      + sha256
                      + ", not "
                      + library.sha256()
                      + ": it was changed, or belongs to another version of org.bytedeco:openblas"
                      + " than this release of lanewise was made with, and is not loaded");
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause() instanceof WrongLibraryException wrong
          ? wrong
          : new IOException(e.getMessage(), e);
    }
  }

  /** Copies a stream, closes it, and returns the SHA-256 of what came. */
  private static String transfer(InputStream from, OutputStream to) throws IOException {
    MessageDigest digest = Checksums.sha256();
    try (InputStream in = new DigestInputStream(from, digest)) {
      in.transferTo(to);
    }
    return Checksums.hex(digest);
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
}
