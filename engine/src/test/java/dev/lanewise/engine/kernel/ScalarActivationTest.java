package dev.lanewise.engine.kernel;

import dev.lanewise.engine.backend.BackendRequest;

final class ScalarActivationTest extends ActivationContract {
  ScalarActivationTest() {
    super(BackendRequest.SCALAR);
  }
}
