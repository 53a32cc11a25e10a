package dev.lanewise.engine.kernel;

import dev.lanewise.engine.backend.BackendRequest;
import org.junit.jupiter.api.Tag;

@Tag("any-width")
final class ScalarElementwiseTest extends ElementwiseContract {
  ScalarElementwiseTest() {
    super(BackendRequest.SCALAR);
  }
}
