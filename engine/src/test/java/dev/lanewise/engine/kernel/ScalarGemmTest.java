package dev.lanewise.engine.kernel;

import dev.lanewise.engine.backend.BackendRequest;
import org.junit.jupiter.api.Tag;

@Tag("any-width")
final class ScalarGemmTest extends GemmContract {
  ScalarGemmTest() {
    super(BackendRequest.SCALAR);
  }
}
