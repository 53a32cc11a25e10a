package dev.lanewise.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One run of the command, in this JVM. */
record Cli(int code, String out, String err) {

  static Cli run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(args, new PrintWriter(out), new PrintWriter(err));
    return new Cli(code, out.toString(), err.toString());
  }

  /** The command line that runs it in a JVM of its own, with flags for that. */
  static List<String> command(List<String> flags, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(args));
    return command;
  }

  /** The output without what differs between machines and runs. */
  String masked() {
    return out.replaceAll("(?m)^(backend|\\d+ threads?,).*\\R(.*\\R)*?(?=\\R)", "HEADER\n")
        // It names a folder, and where its lines break depends on that name.
        .replaceAll("(?ms)^  data: .*?(?=\\R  defects|\\R\\S)", "  DATA")
        .replaceAll(" +[0-9.]+ (ms|s)(?= |$)", " TIME")
        .replaceAll("(?m) +[0-9.]+ (ms|s)$", " TIME")
        .replaceAll("-{3,}", "---")
        .replaceAll(" {2,}", "  ");
  }
}
