package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.backend.BackendRequest;

final class VectorSearchDifferentialTest extends SearchDifferential {
  VectorSearchDifferentialTest() {
    super(BackendRequest.VECTOR);
  }
}
