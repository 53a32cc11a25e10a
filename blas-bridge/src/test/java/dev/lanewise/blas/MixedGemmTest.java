package dev.lanewise.blas;

import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.kernel.GemmContract;
import org.junit.jupiter.api.BeforeAll;

final class MixedGemmTest extends GemmContract {
  MixedGemmTest() {
    super(BackendRequest.MIXED);
  }

  @BeforeAll
  static void library() {
    NativeLibrary.orSkip();
  }
}
