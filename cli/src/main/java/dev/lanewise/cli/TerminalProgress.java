package dev.lanewise.cli;

import dev.lanewise.cli.experiment.Progress;
import dev.lanewise.cli.report.Numbers;
import java.io.PrintWriter;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on standard error if that is a terminal, else a line on it every few seconds. */
final class TerminalProgress implements Progress {

  /** Set by the launcher, which can see where standard error goes. */
  private static final String TERMINAL = "lanewise.terminal";

  /** Between two lines, in nanoseconds: often enough to see that it goes on. */
  private static final long EVERY = 5_000_000_000L;

  /** Columns of a bar: what every terminal has, less the one where the cursor stays. */
  private static final int WIDTH = 79;

  private final ProgressBar bar;

  private TerminalProgress(ProgressBar bar) {
    this.bar = bar;
  }

  /**
   * Bars on a terminal, else lines.
   *
   * @param err where lines go
   */
  static Progress.Factory factory(PrintWriter err) {
    return Boolean.getBoolean(TERMINAL)
        ? TerminalProgress::start
        : (task, steps) -> new Lines(err, task, steps, System::nanoTime);
  }

  private static Progress start(String task, long steps) {
    return new TerminalProgress(
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(steps)
            .setStyle(ProgressBarStyle.ASCII)
            .showSpeed(new DecimalFormat("#,##0.0", DecimalFormatSymbols.getInstance(Locale.ROOT)))
            .clearDisplayOnFinish()
            .setConsumer(new OneLine())
            .build());
  }

  /**
   * Writes over one line of standard error. The library's own way opens the terminal with JLine, to
   * ask how wide it is, and JLine takes Ctrl-C away from the JVM: no shutdown hook would run, and
   * what was finished would not be said.
   */
  private static final class OneLine implements ProgressBarConsumer {
    @Override
    public int getMaxRenderedLength() {
      return WIDTH;
    }

    @Override
    public void accept(String text) {
      System.err.print("\r" + text);
      System.err.flush();
    }

    @Override
    public void clear() {
      accept(" ".repeat(WIDTH) + "\r");
    }

    @Override
    public void close() {}
  }

  @Override
  public void step(long steps) {
    bar.stepBy(steps);
  }

  @Override
  public void close() {
    bar.close();
  }

  /** A line after a step, if the last is some seconds ago. Steps come from several threads. */
  static final class Lines implements Progress {
    private final PrintWriter err;
    private final String task;
    private final long steps;
    private final LongSupplier clock;
    private final long start;
    private long last;
    private long done;

    Lines(PrintWriter err, String task, long steps, LongSupplier clock) {
      this.err = err;
      this.task = task;
      this.steps = steps;
      this.clock = clock;
      start = clock.getAsLong();
      last = start;
    }

    @Override
    public synchronized void step(long more) {
      done += more;
      long now = clock.getAsLong();
      if (now - last < EVERY || done >= steps) {
        return;
      }
      last = now;
      double seconds = (now - start) / 1e9;
      err.println(
          String.format(
              Locale.ROOT,
              "%s: %,d of %,d (%.0f %%), %.3g a second, about %s left",
              task,
              done,
              steps,
              100.0 * done / steps,
              done / seconds,
              Numbers.time((steps - done) * seconds / done)));
      err.flush();
    }

    @Override
    public void close() {}
  }
}
