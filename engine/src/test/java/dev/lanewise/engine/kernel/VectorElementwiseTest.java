package dev.lanewise.engine.kernel;

import dev.lanewise.engine.backend.BackendRequest;

final class VectorElementwiseTest extends ElementwiseContract {
  VectorElementwiseTest() {
    super(BackendRequest.VECTOR);
  }
}
