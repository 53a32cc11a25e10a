package dev.lanewise.engine.kernel.vector;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

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
   * A static method of the class whose lookup it is.
   *
   * @throws LinkageError if there is none of this name and type
   */
  static MethodHandle method(
      MethodHandles.Lookup lookup, String name, Class<?> result, Class<?>... parameters) {
    try {
      return lookup.findStatic(
          lookup.lookupClass(), name, MethodType.methodType(result, parameters));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a method of this package is missing", e);
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
