package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.backend.BackendRequest;

final class ScalarSearchDifferentialTest extends SearchDifferential {
  ScalarSearchDifferentialTest() {
    super(BackendRequest.SCALAR);
  }
}
