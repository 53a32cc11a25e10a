package dev.lanewise.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForwardingKernelsTest {

  private record Call(Method method, List<Object> arguments) {}

  private static final class Plain extends ForwardingKernels {
    Plain(Kernels fallback) {
      super(fallback);
    }

    @Override
    public String name() {
      return "plain";
    }
  }

  @Test
  void everyOperationArrivesWithItsArgumentsAndReturnsWhatItGave() throws Exception {
    List<Call> calls = new ArrayList<>();
    Kernels recording =
        (Kernels)
            Proxy.newProxyInstance(
                Kernels.class.getClassLoader(),
                new Class<?>[] {Kernels.class},
                (proxy, method, arguments) -> {
                  calls.add(new Call(method, List.of(arguments)));
                  return method.getReturnType() == void.class
                      ? null
                      : value(method.getReturnType(), 77);
                });
    Kernels forwarding = new Plain(recording);
    int operations = 0;
    for (Method method : Kernels.class.getMethods()) {
      if (method.getName().equals("name") || Modifier.isStatic(method.getModifiers())) {
        continue;
      }
      Class<?>[] types = method.getParameterTypes();
      // No two alike: an argument in another's place is noticed.
      Object[] arguments = new Object[types.length];
      Arrays.setAll(arguments, i -> value(types[i], 1 + i));
      calls.clear();
      Object returned = method.invoke(forwarding, arguments);
      assertThat(calls).containsExactly(new Call(method, List.of(arguments)));
      if (method.getReturnType() != void.class) {
        assertThat(returned).isEqualTo(value(method.getReturnType(), 77));
      }
      operations++;
    }
    assertThat(operations).isPositive();
  }

  /** A value of a type that differs from those with other numbers. */
  private static Object value(Class<?> type, int number) {
    if (type.isEnum()) {
      Object[] constants = type.getEnumConstants();
      return constants[number % constants.length];
    }
    if (type == float.class) {
      return (float) number;
    }
    if (type == int.class) {
      return number;
    }
    if (type == long.class) {
      return (long) number;
    }
    if (type == int[].class) {
      return new int[number];
    }
    if (type == float[].class) {
      return new float[number];
    }
    if (type == FloatMatrix.class) {
      return FloatMatrix.zeros(1, number);
    }
    if (type == ByteMatrix.class) {
      return ByteMatrix.zeros(1, number);
    }
    if (type == IntMatrix.class) {
      return IntMatrix.zeros(1, number);
    }
    if (type == SparseRows.class) {
      return SparseRows.of(FloatMatrix.zeros(1, number));
    }
    throw new AssertionError("no value of " + type);
  }
}
