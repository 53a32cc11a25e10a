package dev.lanewise.cli.fuzz;

import static dev.lanewise.cli.fuzz.Scratch.require;

import dev.lanewise.data.DataFormatException;
import dev.lanewise.data.format.Unpickler;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@link Unpickler}: gives the documented types and nothing else. */
public final class PickleFuzz {
  private PickleFuzz() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    Path file = Scratch.file("input.pickle", input);
    Object loaded;
    try {
      loaded = Unpickler.load(file);
    } catch (DataFormatException e) {
      Refusal.check(e, file);
      return;
    }
    long bytes = 0;
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Object> waiting = new ArrayDeque<>(List.of(loaded));
    while (!waiting.isEmpty()) {
      Object next = waiting.pop();
      if (!seen.add(next)) {
        continue;
      }
      switch (next) {
        case Map<?, ?> map -> {
          require(map.keySet().stream().allMatch(String.class::isInstance), "a key is no string");
          waiting.addAll(map.values());
        }
        case List<?> list -> waiting.addAll(list);
        case Unpickler.Tuple(List<Object> items) -> waiting.addAll(items);
        case Unpickler.Ndarray array -> {
          if (array.array().isPresent()) {
            SameArray.use(array.array().orElseThrow());
            bytes += array.array().orElseThrow().size();
          }
        }
        case String text -> bytes += text.length();
        case byte[] data -> bytes += data.length;
        case Long _, Double _, Boolean _, Unpickler.None _ -> {}
        default -> throw new IllegalStateException("a pickle made " + next.getClass());
      }
    }
    require(bytes <= 2L * input.length, "more came out than went in: " + bytes);
  }
}
