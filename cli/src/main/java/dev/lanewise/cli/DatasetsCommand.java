package dev.lanewise.cli;

import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.ImageSet;
import dev.lanewise.data.TrainTest;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows and checks data sets. */
@Command(
    name = "datasets",
    description = "List and check the data sets.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false)
final class DatasetsCommand implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Objects.requireNonNull(spec).commandLine(), "which command? list or verify");
  }

  @Command(
      name = "list",
      description = "Show each data set, how much of it is here, and where it is from.",
      mixinStandardHelpOptions = true)
  void list(@Mixin DataOptions data) {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    found(
        data.catalog(),
        (name, text) -> out.println(String.format(Locale.ROOT, "%-10s %s", name, text)));
  }

  /** Reads every data set and says what was found. */
  static void found(DataCatalog catalog, BiConsumer<String, String> line) {
    TrainTest mnist = catalog.mnist();
    line.accept(
        "mnist",
        String.format(
            Locale.ROOT,
            "%,d training and %,d test images: %s",
            mnist.train().size(),
            mnist.test().size(),
            mnist.test().source()));
    ImageSet mini = catalog.miniMnist();
    line.accept("mini-mnist", images(mini));
    line.accept(
        "notmnist",
        catalog.hasNotMnist()
            ? images(catalog.notMnist())
            : "not here, and nothing of it embedded");
  }

  private static String images(ImageSet set) {
    return String.format(Locale.ROOT, "%,d images: %s", set.size(), set.source());
  }
}
