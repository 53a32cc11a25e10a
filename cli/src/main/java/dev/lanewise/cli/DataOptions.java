package dev.lanewise.cli;

import dev.lanewise.data.DataCatalog;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --data}. */
final class DataOptions {

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where the full data sets are. Without it, LANEWISE_DATA, then what 'datasets fetch' has"
              + " fetched, then the embedded part.")
  private @Nullable Path directory;

  DataCatalog catalog() {
    if (directory == null) {
      return DataCatalog.fromEnvironment();
    }
    if (!Files.isDirectory(directory)) {
      throw new CliException(ExitCodes.DATA, "--data " + directory + " is not a folder");
    }
    return DataCatalog.at(directory);
  }
}
