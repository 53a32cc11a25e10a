package dev.lanewise.engine.kernel;

import dev.lanewise.engine.backend.BackendRequest;

final class VectorSparseTest extends SparseContract {
  VectorSparseTest() {
    super(BackendRequest.VECTOR);
  }
}
