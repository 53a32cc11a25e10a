package dev.lanewise.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What this process holds outside the heap, as {@code jcmd VM.native_memory} tells it. Needs {@code
 * -XX:NativeMemoryTracking=summary}.
 */
final class NativeMemory {

  /** Where the JVM books the memory of arenas. */
  private static final Pattern ARENAS = Pattern.compile("Other \\(reserved=\\d+, committed=(\\d+)");

  private NativeMemory() {}

  /** The bytes of all arenas. */
  static long bytes() {
    String summary;
    try {
      summary =
          (String)
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(
                      new ObjectName("com.sun.management:type=DiagnosticCommand"),
                      "vmNativeMemory",
                      new Object[] {new String[] {"summary", "scale=b"}},
                      new String[] {String[].class.getName()});
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
    Matcher found = ARENAS.matcher(summary);
    if (!found.find()) {
      throw new IllegalStateException("native memory is not tracked: " + summary);
    }
    return Long.parseLong(found.group(1));
  }

  /** The least bytes that are left when garbage has been collected, cleaners included. */
  static long settled() throws InterruptedException {
    long least = Long.MAX_VALUE;
    for (int calm = 0; calm < 4; ) {
      System.gc();
      Thread.sleep(50);
      long now = bytes();
      calm = now < least ? 0 : calm + 1;
      least = Math.min(least, now);
    }
    return least;
  }

  /** How many mappings of files with that ending there are; 0 where /proc is not. */
  static long mappings(String ending) {
    Path maps = Path.of("/proc/self/maps");
    if (!Files.isReadable(maps)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(maps)) {
      return lines.filter(line -> line.contains(ending)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
