package dev.lanewise.engine.kernel;

import dev.lanewise.engine.backend.BackendRequest;
import org.junit.jupiter.api.Tag;

@Tag("any-width")
final class ScalarSparseTest extends SparseContract {
  ScalarSparseTest() {
    super(BackendRequest.SCALAR);
  }
}
