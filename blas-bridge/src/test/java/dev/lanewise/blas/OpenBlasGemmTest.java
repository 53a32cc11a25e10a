package dev.lanewise.blas;

import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.kernel.GemmContract;
import org.junit.jupiter.api.BeforeAll;

final class OpenBlasGemmTest extends GemmContract {
  OpenBlasGemmTest() {
    super(BackendRequest.OPENBLAS);
  }

  @BeforeAll
  static void library() {
    NativeLibrary.orSkip();
  }
}
