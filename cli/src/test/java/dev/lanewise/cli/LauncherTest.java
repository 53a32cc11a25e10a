package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, in a tree of its own with JDKs and a Maven that only say what they were asked. */
class LauncherTest {

  @TempDir private Path folder;

  private Path root;
  private Path tools;

  @BeforeEach
  void tree() throws IOException {
    root = Files.createDirectories(folder.resolve("a tree"));
    tools = Files.createDirectories(folder.resolve("tools"));
    Path launcher = Path.of("..", "lanewise").toAbsolutePath().normalize();
    Files.copy(launcher, root.resolve("lanewise"));
    Files.createFile(root.resolve("pom.xml"));
    for (String module : new String[] {"engine", "blas-bridge", "data", "cli", "benchmarks"}) {
      Path main = Files.createDirectories(root.resolve(module + "/src/main"));
      Files.createFile(main.resolve("A.java"));
      Files.createFile(root.resolve(module + "/pom.xml"));
    }
    for (String tool :
        new String[] {
          "bash",
          "cat",
          "dirname",
          "env",
          "find",
          "flock",
          "mkdir",
          "mv",
          "readlink",
          "rm",
          "sleep",
          "touch",
          "sed"
        }) {
      for (String bin : new String[] {"/usr/bin", "/bin"}) {
        Path target = Path.of(bin, tool);
        if (Files.exists(target) && !Files.exists(tools.resolve(tool))) {
          script(tools.resolve(tool), "#!/bin/sh\nexec " + target + " \"$@\"");
        }
      }
    }
  }

  private static void script(Path file, String body) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, body.startsWith("#!") ? body : "#!/usr/bin/env bash\n" + body + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = folder.resolve("jdks").resolve(name);
    script(home.resolve("bin/java"), "echo \"" + name + " ${@: -2}\"");
    Files.writeString(
        home.resolve("release"),
        "IMPLEMENTOR=\"Someone\"\nJAVA_VERSION=\""
            + version
            + "\"\nMODULES=\"java.base jdk.incubator.vector java.xml\"\n");
    return home;
  }

  private void maven() throws IOException {
    script(
        tools.resolve("mvn"),
        "echo built >> '"
            + folder.resolve("builds")
            + "'; mkdir -p cli/target; echo JAVA_HOME=$JAVA_HOME; [ ! -e broken ]");
  }

  private long builds() throws IOException {
    Path builds = folder.resolve("builds");
    return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
  }

  private record Run(int code, String out) {}

  private Run launch(Path launcher, Map<String, String> more, String... args)
      throws IOException, InterruptedException {
    String[] command = new String[args.length + 1];
    command[0] = launcher.toString();
    System.arraycopy(args, 0, command, 1, args.length);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", tools.toString());
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("LANEWISE_JDKS", folder.resolve("jdks").toString());
    builder.environment().putAll(more);
    Process process = builder.directory(folder.toFile()).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), out);
  }

  private Run launch(String... args) throws IOException, InterruptedException {
    return launch(root.resolve("lanewise"), Map.of(), args);
  }

  @Test
  void withoutAJdkItSaysWhatItLookedForAndWhatToDo() throws Exception {
    jdk("jdk-17", "17.0.15");
    Run run = launch("--version");
    assertThat(run.code()).isEqualTo(ExitCodes.CANNOT_START);
    assertThat(run.out())
        .contains("no JDK 25 or newer", "JAVA_HOME: not set", "java on the PATH: none")
        .contains(folder.resolve("jdks").toString(), "Install one");
    assertThat(builds()).isZero();
  }

  @Test
  void aJavaThatIsTooOldIsPassedOver() throws Exception {
    maven();
    Path old = jdk("jdk-17", "17.0.15");
    jdk("jdk-25", "25.0.3");
    jdk("jdk-26", "26-ea");
    Run run = launch(root.resolve("lanewise"), Map.of("JAVA_HOME", old.toString()), "doctor");
    assertThat(run.code()).as(run.out()).isZero();
    assertThat(run.out())
        .as("the newest of a folder")
        .contains("jdk-26 dev.lanewise.cli.Main doctor");
  }

  @Test
  void javaHomeAndThePathComeFirst() throws Exception {
    maven();
    Path first = jdk("jdk-25", "25");
    Path second = jdk("jdk-26", "26");
    jdk("jdk-27", "27");
    Files.createSymbolicLink(tools.resolve("java"), second.resolve("bin/java"));
    assertThat(launch("doctor").out()).contains("jdk-26 dev.lanewise.cli.Main doctor");
    assertThat(
            launch(root.resolve("lanewise"), Map.of("JAVA_HOME", first.toString()), "doctor").out())
        .contains("jdk-25 dev.lanewise.cli.Main doctor");
  }

  @Test
  void itBuildsOnceAndAgainWhenSourcesChange() throws Exception {
    maven();
    jdk("jdk-25", "25.0.3");
    launch("doctor");
    launch("doctor");
    assertThat(builds()).isEqualTo(1);
    Files.writeString(root.resolve("engine/src/main/A.java"), "changed");
    launch("doctor");
    assertThat(builds()).isEqualTo(2);
    Files.delete(root.resolve("data/src/main/A.java"));
    launch("doctor");
    assertThat(builds()).isEqualTo(3);
    Files.writeString(root.resolve("pom.xml"), "changed");
    launch("doctor");
    launch("doctor");
    assertThat(builds()).isEqualTo(4);
  }

  @Test
  void aFailedBuildShowsItsOutputAndIsTriedAgain() throws Exception {
    maven();
    jdk("jdk-25", "25.0.3");
    Files.createFile(root.resolve("broken"));
    Run run = launch("doctor");
    assertThat(run.code()).isEqualTo(ExitCodes.CANNOT_START);
    assertThat(run.out()).contains("JAVA_HOME=", "the build failed");
    Files.delete(root.resolve("broken"));
    assertThat(launch("doctor").code()).isZero();
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void withoutMavenItSaysSo() throws Exception {
    jdk("jdk-25", "25.0.3");
    Run run = launch("doctor");
    assertThat(run.code()).isEqualTo(ExitCodes.CANNOT_START);
    assertThat(run.out()).contains("Maven (mvn 3.8 or newer) is not on the PATH");
  }

  @Test
  void linksAndBlanksInPathsDoNotMatter() throws Exception {
    maven();
    jdk("jdk-25", "25.0.3");
    Path link = Files.createSymbolicLink(folder.resolve("a link"), Path.of("a tree", "lanewise"));
    Run run = launch(link, Map.of(), "two words");
    assertThat(run.code()).as(run.out()).isZero();
    assertThat(run.out()).contains("jdk-25 dev.lanewise.cli.Main two words");
  }

  @Test
  void twoLaunchesAtOnceBuildOnce() throws Exception {
    maven();
    jdk("jdk-25", "25.0.3");
    try (var threads = java.util.concurrent.Executors.newFixedThreadPool(2)) {
      var one = threads.submit(() -> launch("doctor"));
      var other = threads.submit(() -> launch("doctor"));
      assertThat(one.get().code()).isZero();
      assertThat(other.get().code()).isZero();
    }
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void anUnpackedArchiveBuildsNothingAndPrefersItsOwnRuntime() throws Exception {
    maven();
    jdk("jdk-25", "25.0.3");
    Path home = folder.resolve("lanewise-1");
    Path launcher = Files.createDirectories(home.resolve("bin")).resolve("lanewise");
    Files.copy(root.resolve("lanewise"), launcher);
    Files.createFile(home.resolve("lanewise-cli.jar"));
    assertThat(launch(launcher, Map.of(), "bench").out())
        .contains("jdk-25 dev.lanewise.cli.Main bench");
    script(home.resolve("runtime/bin/java"), "echo own \"$@\"");
    assertThat(launch(launcher, Map.of(), "doctor").out())
        .isEqualTo(
            "own @%1$s/jvm.args -cp %1$s/lanewise-cli.jar dev.lanewise.cli.Main doctor\n"
                .formatted(home));
    Files.createFile(home.resolve("lanewise.aot"));
    assertThat(launch(launcher, Map.of(), "doctor").out())
        .contains("-XX:AOTCache=" + home.resolve("lanewise.aot"));
    assertThat(builds()).isZero();
  }
}
