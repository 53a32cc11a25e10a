package dev.lanewise.engine.kernel;

import dev.lanewise.engine.backend.BackendRequest;

final class VectorGemmTest extends GemmContract {
  VectorGemmTest() {
    super(BackendRequest.VECTOR);
  }
}
