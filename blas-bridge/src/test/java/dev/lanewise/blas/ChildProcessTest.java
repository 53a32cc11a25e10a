package dev.lanewise.blas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What depends on how a whole process was started. */
class ChildProcessTest {

  @TempDir Path folder = Path.of("");

  /** Multiplies on OpenBLAS and tells what was used. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      try (Engine engine = Engine.builder().backend(BackendRequest.OPENBLAS).threads(1).open()) {
        FloatMatrix a = FloatMatrix.copyOf(new float[] {1, 2, 3, 4}, 2, 2);
        FloatMatrix c = FloatMatrix.zeros(2, 2);
        EngineKernels.of(engine).gemm(Transpose.NO, Transpose.YES, 1, a, a, 0, c);
        System.out.println(
            Arrays.toString(c.toArray())
                + " "
                + engine.info().selection().probes().getFirst().facts().get("library"));
      }
    }
  }

  private record Running(Process process, Path output) {
    String finish() throws Exception {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      return Files.readString(output);
    }
  }

  private Running start(String classPath, String... flags) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.addAll(List.of("-Xmx256m", "-cp", classPath, Child.class.getName()));
    Path output = Files.createTempFile(folder, "child", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("XDG_CACHE_HOME", folder.toString());
    return new Running(builder.start(), output);
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }

  private static String classPathWithoutArtifact() {
    return Arrays.stream(classPath().split(File.pathSeparator))
        .filter(entry -> !new File(entry).getName().startsWith("openblas-"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Both find the cache empty, both fill it, neither sees a half-written file. */
  @Test
  void twoProcessesFillTheCacheAtOnce() throws Exception {
    NativeLibrary.platformOrSkip();
    Running one = start(classPath(), "--enable-native-access=ALL-UNNAMED");
    Running two = start(classPath(), "--enable-native-access=ALL-UNNAMED");
    for (Running running : List.of(one, two)) {
      assertThat(running.finish())
          .contains("[5.0, 11.0, 11.0, 25.0]")
          .contains(folder.toString())
          .doesNotContain("WARNING: A restricted method");
      assertThat(running.process().exitValue()).isZero();
    }
  }

  @Test
  void worksWithoutTheNativeAccessFlagButJavaWarns() throws Exception {
    NativeLibrary.platformOrSkip();
    Running running = start(classPath());
    assertThat(running.finish())
        .contains("[5.0, 11.0, 11.0, 25.0]")
        .contains("WARNING: A restricted method");
  }

  @Test
  void namesTheFlagWhenNativeAccessIsDenied() throws Exception {
    NativeLibrary.platformOrSkip();
    Running running = start(classPath(), "--illegal-native-access=deny");
    assertThat(running.finish())
        .contains("BackendUnavailableException", "--enable-native-access=ALL-UNNAMED");
    assertThat(running.process().exitValue()).isEqualTo(1);
  }

  @Test
  void failsWithTheCausesWhenTheArtifactIsAbsent() throws Exception {
    Platform platform = NativeLibrary.platformOrSkip();
    Running running = start(classPathWithoutArtifact());
    String output = running.finish();
    // Where the system has an OpenBLAS of its own, that one is right.
    if (running.process().exitValue() != 0) {
      assertThat(output)
          .contains("BackendUnavailableException")
          .contains("not on the class path", platform.classifier())
          .contains("system library " + platform.systemNames().getFirst());
    } else {
      assertThat(output).contains("[5.0, 11.0, 11.0, 25.0] libopenblas");
    }
  }

  @Test
  void failsWithTheCauseWhenTheNamedFileIsMissing() throws Exception {
    NativeLibrary.platformOrSkip();
    Running running = start(classPath(), "-Dlanewise.openblas.library=/nowhere/lib.so");
    assertThat(running.finish())
        .contains("BackendUnavailableException", "/nowhere/lib.so", "no such file");
    assertThat(running.process().exitValue()).isEqualTo(1);
  }
}
