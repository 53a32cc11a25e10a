package dev.lanewise.data.fetch;

import dev.lanewise.data.AtomicFile;
import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.DataFormatException;
import dev.lanewise.data.DataSetInfo;
import dev.lanewise.data.MissingDataException;
import dev.lanewise.data.format.Checksum;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Downloads data sets into a directory that {@link DataCatalog} reads. A file appears under its
 * name only when it is complete and the SHA-256 of its unpacked content is the published one; until
 * then it is a hidden file beside it, from which a later download goes on. Processes that download
 * into one directory wait for each other.
 *
 * <p>Thread-safe; a fetch blocks its caller, and only while it runs do the threads of its {@link
 * HttpClient} exist.
 */
public final class Fetcher {
  /** The public mirror of MNIST. */
  public static final URI MIRROR = URI.create("https://ossci-datasets.s3.amazonaws.com/mnist/");

  /** Nothing may come for this long before a try counts as failed. */
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** A download of 10 MB by another process is over by then, or it hangs. */
  private static final Duration LOCK_TIMEOUT = Duration.ofMinutes(10);

  private static final int ATTEMPTS = 4;

  /** Before the second try; doubled before each that follows. */
  private static final Duration PAUSE = Duration.ofMillis(500);

  private static final Duration LOCK_POLL = Duration.ofMillis(100);

  private final URI mirror;
  private final Path directory;
  private final List<DataSetInfo.File> files;
  private final Duration timeout;
  private final Duration pause;

  /**
   * @param mirror where the files of {@code mnist} are; ends with a slash
   * @param directory where {@code mnist/} is to be; made when needed
   */
  public Fetcher(URI mirror, Path directory) {
    this(mirror, directory, mnistFiles(), TIMEOUT, PAUSE);
  }

  Fetcher(
      URI mirror, Path directory, List<DataSetInfo.File> files, Duration timeout, Duration pause) {
    this.mirror = mirror;
    this.directory = directory;
    this.files = List.copyOf(files);
    this.timeout = timeout;
    this.pause = pause;
  }

  /** From the public mirror into the user's cache. */
  public static Fetcher toCache() {
    return new Fetcher(MIRROR, DataCatalog.cacheDirectory());
  }

  private static List<DataSetInfo.File> mnistFiles() {
    return DataCatalog.embedded().list().stream()
        .filter(info -> info.name().equals("mnist"))
        .findFirst()
        .orElseThrow()
        .files();
  }

  /**
   * Downloads what is missing of a data set. Files that are there with the published content are
   * left alone; others of that name are replaced.
   *
   * @param name {@code mnist}; {@code mini-mnist} needs no download
   * @return the files of the data set; none for {@code mini-mnist}
   * @throws FetchException if it could not be downloaded, or the mirror's content is not the
   *     published one
   * @throws MissingDataException for {@code notmnist}, which has no mirror
   * @throws IllegalArgumentException if there is no such data set
   * @throws UncheckedIOException if the directory cannot be written
   */
  public List<Path> fetch(String name, Progress progress) {
    switch (name) {
      case "mini-mnist" -> {
        return List.of();
      }
      case "notmnist" ->
          throw new MissingDataException(
              "notmnist has no public mirror in this form; put notmnist/notMNIST.npz into "
                  + directory
                  + ", or into the directory that "
                  + DataCatalog.VARIABLE
                  + " names");
      case "mnist" -> {}
      default -> throw new IllegalArgumentException("there is no data set '" + name + "'");
    }
    Path target = directory.resolve(name);
    try {
      Files.createDirectories(target);
      try (FileChannel channel =
              FileChannel.open(
                  target.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock _ = lock(channel, target)) {
        return fetchAll(target, progress);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write into " + target + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FetchException("the download of " + name + " was interrupted", e);
    }
  }

  /** Waits for the lock; polled, because another thread of this process may hold it. */
  private static FileLock lock(FileChannel channel, Path target)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + LOCK_TIMEOUT.toNanos();
    while (true) {
      FileLock lock;
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException e) {
        lock = null;
      }
      if (lock != null) {
        return lock;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new FetchException(
            "another process has been downloading into "
                + target
                + " for "
                + LOCK_TIMEOUT.toMinutes()
                + " minutes; end it and try again");
      }
      Thread.sleep(LOCK_POLL);
    }
  }

  private List<Path> fetchAll(Path target, Progress progress)
      throws IOException, InterruptedException {
    List<Path> paths = new ArrayList<>();
    HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    try {
      for (DataSetInfo.File file : files) {
        Path plain = target.resolve(file.name());
        Path packed = target.resolve(file.name() + ".gz");
        if (isComplete(plain, file)) {
          paths.add(plain);
          continue;
        }
        if (!isComplete(packed, file)) {
          fetch(client, file, packed, progress);
        }
        // the plain name comes first where sets are read, and its content is wrong
        Files.deleteIfExists(plain);
        paths.add(packed);
      }
    } finally {
      client.shutdownNow();
    }
    return List.copyOf(paths);
  }

  private void fetch(HttpClient client, DataSetInfo.File file, Path target, Progress progress)
      throws IOException, InterruptedException {
    Path part = target.resolveSibling("." + target.getFileName() + ".part");
    URI uri = mirror.resolve(target.getFileName().toString());
    // an earlier process may have ended between the download and the renaming
    IOException last = new IOException("not tried");
    for (int attempt = 0; !isComplete(part, file); attempt++) {
      if (attempt == ATTEMPTS) {
        throw new FetchException(
            "could not download "
                + uri
                + " in "
                + ATTEMPTS
                + " tries: "
                + last.getMessage()
                + "; what has come is kept, and the next try goes on from there",
            last);
      }
      if (attempt > 0) {
        Thread.sleep(pause.multipliedBy(1L << (attempt - 1)));
      }
      boolean resumed;
      try {
        resumed = new Transfer(client, uri, part, maxPacked(file), timeout, progress).run();
      } catch (IOException e) {
        last = e;
        continue;
      }
      Optional<String> problem = problem(part, file);
      if (problem.isPresent()) {
        Files.deleteIfExists(part);
        // what was there before may have been of another file; then a whole download is better
        if (!resumed) {
          throw new FetchException(uri + " does not give the published file: " + problem.get());
        }
        last = new IOException(problem.get());
      }
    }
    AtomicFile.move(part, target);
  }

  private static boolean isComplete(Path path, DataSetInfo.File file) {
    return Files.exists(path) && problem(path, file).isEmpty();
  }

  /** What is wrong with a file's content, if anything. */
  private static Optional<String> problem(Path path, DataSetInfo.File file) {
    try {
      String sha256 = Checksum.sha256(path, file.bytes());
      return sha256.equals(file.sha256())
          ? Optional.empty()
          : Optional.of("its content has SHA-256 " + sha256 + ", not " + file.sha256());
    } catch (DataFormatException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** More than any gzip of a file: deflate adds 5 bytes to 16 KiB that it cannot compress. */
  private static long maxPacked(DataSetInfo.File file) {
    return file.bytes() + file.bytes() / 1000 + 1024;
  }

  /** One try to get the rest of a file. */
  private record Transfer(
      HttpClient client, URI uri, Path part, long maxBytes, Duration timeout, Progress progress) {

    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    /**
     * Appends to the part until the body ends.
     *
     * @return whether the part was begun by an earlier try
     * @throws IOException if another try may succeed
     * @throws FetchException if not
     */
    boolean run() throws IOException, InterruptedException {
      long have = Files.exists(part) ? Files.size(part) : 0;
      HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(timeout).GET();
      if (have > 0) {
        request.header("Range", "bytes=" + have + "-");
      }
      HttpResponse<Body> response = client.send(request.build(), info -> new Body());
      try {
        switch (response.statusCode()) {
          case OK -> have = 0;
          case PARTIAL -> {
            String range = response.headers().firstValue("Content-Range").orElse("");
            if (!range.startsWith("bytes " + have + "-")) {
              Files.deleteIfExists(part);
              throw new IOException("asked for byte " + have + " on, was sent '" + range + "'");
            }
          }
          case RANGE_NOT_SATISFIABLE -> {
            Files.deleteIfExists(part);
            throw new IOException("the mirror's file is shorter than what had come of it");
          }
          default -> {
            String problem = "the mirror answered " + response.statusCode() + " for " + uri;
            if (response.statusCode() >= 500) {
              throw new IOException(problem);
            }
            throw new FetchException(problem + "; check the address");
          }
        }
        receive(response, have);
      } finally {
        response.body().cancel();
      }
      return have > 0;
    }

    private void receive(HttpResponse<Body> response, long from)
        throws IOException, InterruptedException {
      long announced =
          response.headers().firstValueAsLong("Content-Length").orElse(Progress.UNKNOWN);
      long total = announced < 0 ? Progress.UNKNOWN : from + announced;
      String name = Path.of(uri.getPath()).getFileName().toString();
      long done = from;
      try (FileChannel out =
          FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        out.truncate(from);
        out.position(from);
        progress.at(name, done, total);
        for (List<ByteBuffer> piece = response.body().next(timeout);
            piece != null;
            piece = response.body().next(timeout)) {
          for (ByteBuffer buffer : piece) {
            done += buffer.remaining();
            if (done > maxBytes) {
              Files.deleteIfExists(part);
              throw new FetchException(
                  uri
                      + " does not give the published file: it is longer than "
                      + maxBytes
                      + " bytes");
            }
            while (buffer.hasRemaining()) {
              out.write(buffer);
            }
          }
          progress.at(name, done, total);
        }
        out.force(true);
      }
    }
  }
}
