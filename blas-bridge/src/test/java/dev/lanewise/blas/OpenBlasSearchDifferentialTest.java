package dev.lanewise.blas;

import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.neighbors.SearchDifferential;
import org.junit.jupiter.api.BeforeAll;

final class OpenBlasSearchDifferentialTest extends SearchDifferential {
  OpenBlasSearchDifferentialTest() {
    super(BackendRequest.OPENBLAS);
  }

  @BeforeAll
  static void library() {
    NativeLibrary.orSkip();
  }
}
