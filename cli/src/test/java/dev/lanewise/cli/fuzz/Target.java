package dev.lanewise.cli.fuzz;

import dev.lanewise.cli.report.ResultsFuzz;
import dev.lanewise.cli.serve.ApiFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** All fuzz targets. */
enum Target {
  IDX(IdxFuzz.class),
  GUNZIP(GunzipFuzz.class),
  NPY(NpyFuzz.class),
  NPZ(NpzFuzz.class),
  PICKLE(PickleFuzz.class),
  TENSORS(TensorsFuzz.class),
  MODEL_FILE(ModelFileFuzz.class),
  MODELS(ModelsFuzz.class),
  API(ApiFuzz.class),
  RESULTS(ResultsFuzz.class);

  /** Of the module: a folder of inputs for each target. */
  static final Path CORPUS = Path.of("src", "test", "corpus");

  /** Has the method that Jazzer calls. */
  final Class<?> type;

  Target(Class<?> type) {
    this.type = type;
  }

  /** Takes an input, or throws what is a finding. */
  void run(byte[] input) throws Exception {
    switch (this) {
      case IDX -> IdxFuzz.fuzzerTestOneInput(input);
      case GUNZIP -> GunzipFuzz.fuzzerTestOneInput(input);
      case NPY -> NpyFuzz.fuzzerTestOneInput(input);
      case NPZ -> NpzFuzz.fuzzerTestOneInput(input);
      case PICKLE -> PickleFuzz.fuzzerTestOneInput(input);
      case TENSORS -> TensorsFuzz.fuzzerTestOneInput(input);
      case MODEL_FILE -> ModelFileFuzz.fuzzerTestOneInput(input);
      case MODELS -> ModelsFuzz.fuzzerTestOneInput(input);
      case API -> ApiFuzz.fuzzerTestOneInput(input);
      case RESULTS -> ResultsFuzz.fuzzerTestOneInput(input);
    }
  }

  /** Its inputs. */
  Path corpus() {
    return CORPUS.resolve(toString());
  }

  static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
