package dev.lanewise.cli;

import dev.lanewise.cli.experiment.Progress;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on standard error, if that is a terminal. */
final class TerminalProgress implements Progress {

  /** Set by the launcher, which can see where standard error goes. */
  private static final String TERMINAL = "lanewise.terminal";

  private final ProgressBar bar;

  private TerminalProgress(ProgressBar bar) {
    this.bar = bar;
  }

  /** Bars on a terminal, else nothing. */
  static Progress.Factory factory() {
    return Boolean.getBoolean(TERMINAL) ? TerminalProgress::start : SILENT;
  }

  private static Progress start(String task, long steps) {
    return new TerminalProgress(
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(steps)
            .setStyle(ProgressBarStyle.ASCII)
            .clearDisplayOnFinish()
            .build());
  }

  @Override
  public void step(long steps) {
    bar.stepBy(steps);
  }

  @Override
  public void close() {
    bar.close();
  }
}
