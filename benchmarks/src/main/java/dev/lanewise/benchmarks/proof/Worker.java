package dev.lanewise.benchmarks.proof;

import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * A contestant's process. Commands come in lines on standard input, each is answered by one line
 * that begins with {@code @} on standard output; all else that is printed goes to standard error.
 *
 * <ul>
 *   <li>{@code open TASK} makes the inputs: {@code @ok}
 *   <li>{@code run MILLISECONDS TASK} repeats the task for at least so long, once at least: {@code
 *       @time NANOSECONDS REPETITIONS BYTES}, time and allocation of one repetition
 *   <li>{@code check TASK}: {@code @check VALUE IDENTITY}
 *   <li>{@code close TASK}: {@code @ok}
 * </ul>
 *
 * <p>What cannot be done is answered by {@code @skip REASON}.
 */
public final class Worker {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Map<String, Task> open = new HashMap<>();

  private Worker() {}

  /** Serves until its input ends. */
  public static void main(String[] args) throws IOException {
    PrintStream answers = System.out;
    System.setOut(System.err);
    Worker worker = new Worker();
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      answers.println(worker.answer(line));
      answers.flush();
    }
    System.exit(0);
  }

  /** The answer to one command. */
  String answer(String line) {
    try {
      String[] words = line.split(" ", 2);
      return switch (words[0]) {
        case "open" -> {
          if (!open.containsKey(words[1])) {
            open.put(words[1], open(words[1]));
          }
          yield "@ok";
        }
        case "run" -> {
          String[] rest = words[1].split(" ", 2);
          yield run(Long.parseLong(rest[0]), task(rest[1]));
        }
        case "check" -> {
          Task task = task(words[1]);
          yield "@check " + task.check() + " " + task.identity();
        }
        case "close" -> {
          Task task = open.remove(words[1]);
          if (task != null) {
            task.close();
          }
          // Matrices go with the objects that hold them.
          System.gc();
          yield "@ok";
        }
        default -> "@skip no command " + words[0];
      };
    } catch (Exception | LinkageError | OutOfMemoryError e) {
      e.printStackTrace();
      return "@skip " + String.valueOf(e).replaceAll("\\s+", " ");
    }
  }

  private Task task(String name) {
    Task task = open.get(name);
    if (task == null) {
      throw new IllegalStateException("not open: " + name);
    }
    return task;
  }

  /**
   * Finds the set of a task and opens it.
   *
   * @throws Exception if the task cannot be done here; the message says why
   */
  public static Task open(String name) throws Exception {
    String[] words = name.split(" ", -1);
    OwnTasks own = new OwnTasks();
    if (own.has(words[0])) {
      return own.open(words);
    }
    for (TaskSet set : ServiceLoader.load(TaskSet.class)) {
      if (set.has(words[0])) {
        return set.open(words);
      }
    }
    throw new IllegalStateException(
        "no contestant "
            + words[0]
            + " in this build: "
            + Arrays.toString(words)
            + "; try -Ppeers");
  }

  private static String run(long milliseconds, Task task) {
    long allocated = THREADS.getTotalThreadAllocatedBytes();
    long start = System.nanoTime();
    long end = start + milliseconds * 1_000_000;
    long repetitions = 0;
    long now;
    do {
      task.run();
      repetitions++;
      now = System.nanoTime();
    } while (now < end);
    double bytes = THREADS.getTotalThreadAllocatedBytes() - allocated;
    return String.format(
        Locale.ROOT,
        "@time %.1f %d %.1f",
        (now - start) / (double) repetitions,
        repetitions,
        bytes / repetitions);
  }
}
