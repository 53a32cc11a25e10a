package dev.lanewise.engine.kernel;

import dev.lanewise.engine.backend.BackendRequest;

final class ScalarElementwiseTest extends ElementwiseContract {
  ScalarElementwiseTest() {
    super(BackendRequest.SCALAR);
  }
}
