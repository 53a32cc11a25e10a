package dev.lanewise.cli.serve;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.nio.file.Path;

/** A trained classifier of images. Thread-safe. */
interface Model {

  /**
   * The probability of each class.
   *
   * @param images n x pixels
   * @return n x classes
   */
  FloatMatrix probabilities(ByteMatrix images);

  /** The same model on another engine. */
  Model on(Engine engine);

  /**
   * Writes the model to a file, which appears complete or not at all.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  void save(Path file);
}
