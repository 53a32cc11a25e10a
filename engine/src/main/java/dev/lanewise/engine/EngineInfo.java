package dev.lanewise.engine;

import dev.lanewise.engine.backend.Selection;

/**
 * What an engine is made of, for logs and diagnoses.
 *
 * @param backend the backend's name
 * @param reason why this one
 * @param threads the most threads a job uses, the calling one included
 * @param selection the whole choice, with what was probed
 * @param java the Java virtual machine and its version
 * @param platform the operating system, the processors' architecture, and how many there are
 */
public record EngineInfo(
    String backend, String reason, int threads, Selection selection, String java, String platform) {

  /** Of this process. */
  static EngineInfo of(Selection selection, int threads) {
    return new EngineInfo(
        selection.backend(),
        selection.reason(),
        threads,
        selection,
        System.getProperty("java.vm.name", "unknown") + " " + Runtime.version(),
        System.getProperty("os.name", "unknown")
            + " "
            + System.getProperty("os.arch", "unknown")
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " processors");
  }
}
