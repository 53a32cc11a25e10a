package dev.lanewise.cli.serve;

import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.DataFormatException;
import dev.lanewise.data.ImageSet;
import dev.lanewise.data.format.Checksum;
import dev.lanewise.engine.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keeps trained models in a folder. A file's name holds everything that its content depends on: the
 * recipe and its version, the backend that trained it, and a checksum of the images. A file that
 * cannot be read, and a folder that cannot be written, cost a line in the log and a training.
 */
final class ModelStore {

  private final Path folder;
  private final Consumer<String> log;

  ModelStore(Path folder, Consumer<String> log) {
    this.folder = folder;
    this.log = log;
  }

  /** The user's own: next to the data that was fetched. */
  static Path defaultFolder() {
    return DataCatalog.cacheDirectory().resolve("models");
  }

  /** What tells these images and labels from all others: 16 hexadecimal digits. */
  static String key(ImageSet images) {
    String all =
        Checksum.sha256(images.images().toArray())
            + Checksum.sha256(Arrays.toString(images.labels()).getBytes(StandardCharsets.UTF_8));
    return Checksum.sha256(all.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
  }

  private Path file(Recipe recipe, String key, Engine engine) {
    return folder.resolve(
        recipe.id()
            + "-v"
            + recipe.version()
            + "-"
            + engine.info().backend()
            + "-"
            + key
            + ".model");
  }

  /** The saved model, if there is one and it is whole. */
  Optional<Model> load(Recipe recipe, String key, Engine engine, ImageSet images) {
    Path file = file(recipe, key, engine);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      Model model = recipe.load(engine, file);
      int classes = model.probabilities(images.images().rows(0, 1)).columns();
      if (classes != images.classes().size()) {
        throw new DataFormatException(file.toString(), 0, "a model of " + classes + " classes");
      }
      return Optional.of(model);
    } catch (RuntimeException e) {
      log.accept("the saved model " + file + " cannot be used, training again: " + reason(e));
      return Optional.empty();
    }
  }

  /** Saves a model; whether that works or not, the caller goes on. */
  void save(Recipe recipe, String key, Engine engine, Model model) {
    Path file = file(recipe, key, engine);
    try {
      Files.createDirectories(folder);
      model.save(file);
    } catch (IOException | UncheckedIOException e) {
      log.accept("the model cannot be saved in " + folder + ": " + reason(e));
    }
  }

  private static String reason(Exception e) {
    return String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " ");
  }
}
