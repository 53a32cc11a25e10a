package dev.lanewise.engine.kernel.vector;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;

/**
 * Methods that are compiled by themselves. C2 inlines none of ours once its graph has 18,000 nodes,
 * some 35 vector operations, and vectors that pass to or from a method that is left out are boxed.
 * So a loop over vectors must not become part of a caller that has others, which C2 would do where
 * it comes to the caller first. It never inlines a call by a handle that is no constant: the field
 * that holds one must not be final.
 */
final class Apart {

  private Apart() {}

  /**
   * The static method of this name, of the class whose lookup it is.
   *
   * @throws LinkageError unless there is exactly one
   */
  static MethodHandle method(MethodHandles.Lookup lookup, String name) {
    List<Method> named =
        Arrays.stream(lookup.lookupClass().getDeclaredMethods())
            .filter(method -> method.getName().equals(name))
            .toList();
    if (named.size() != 1) {
      throw new LinkageError(lookup.lookupClass() + " has " + named.size() + " methods " + name);
    }
    try {
      return lookup.unreflect(named.getFirst());
    } catch (IllegalAccessException e) {
      throw new LinkageError("a class has no access to its own method", e);
    }
  }

  /** What a call by a handle threw, where the method throws no checked exception. */
  static RuntimeException unchecked(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof RuntimeException exception) {
      return exception;
    }
    throw new AssertionError("checked exceptions are not thrown", thrown);
  }
}
