package dev.lanewise.engine.kernel;

import dev.lanewise.engine.backend.BackendRequest;

final class VectorActivationTest extends ActivationContract {
  VectorActivationTest() {
    super(BackendRequest.VECTOR);
  }
}
