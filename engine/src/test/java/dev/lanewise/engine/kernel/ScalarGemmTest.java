package dev.lanewise.engine.kernel;

import dev.lanewise.engine.backend.BackendRequest;

final class ScalarGemmTest extends GemmContract {
  ScalarGemmTest() {
    super(BackendRequest.SCALAR);
  }
}
