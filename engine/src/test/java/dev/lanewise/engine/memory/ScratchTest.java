package dev.lanewise.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScratchTest {

  private static final long LARGE = 3 << 20;

  private static void isZero(MemorySegment segment) {
    assertThat(segment.mismatch(MemorySegment.ofArray(new byte[(int) segment.byteSize()])))
        .isEqualTo(-1);
  }

  @Test
  void segmentsAreZeroOnCacheLinesAndApart() {
    for (int turn = 0; turn < 3; turn++) {
      try (Scratch scratch = Scratch.take()) {
        List<MemorySegment> cut = new ArrayList<>();
        for (long bytes : new long[] {1, 0, 64, 65, LARGE, 1 << 20, 100, LARGE + 1, 4}) {
          MemorySegment segment = scratch.allocate(bytes, 64);
          assertThat(segment.byteSize()).isEqualTo(bytes);
          assertThat(segment.address() % 64).isZero();
          isZero(segment);
          segment.fill((byte) cut.size());
          cut.add(segment);
        }
        for (int i = 0; i < cut.size(); i++) {
          for (byte b : cut.get(i).toArray(ValueLayout.JAVA_BYTE)) {
            assertThat(b).isEqualTo((byte) i);
          }
        }
      }
    }
  }

  @Test
  void twoAtATimeShareNothing() {
    try (Scratch one = Scratch.take();
        Scratch other = Scratch.take()) {
      MemorySegment a = one.allocate(LARGE, 64);
      MemorySegment b = other.allocate(LARGE, 64);
      a.fill((byte) 1);
      isZero(b);
    }
  }

  @Test
  void whatIsGivenBackIsUsedAgain() {
    // Held here, so that no collection takes it.
    Scratch scratch = Scratch.take();
    long address = scratch.allocate(LARGE, 64).address();
    scratch.close();
    List<Scratch> taken = new ArrayList<>();
    do {
      taken.add(Scratch.take());
    } while (taken.getLast() != scratch && taken.size() < 100);
    assertThat(taken.getLast()).isSameAs(scratch);
    assertThat(scratch.allocate(LARGE, 64).address()).isEqualTo(address);
    taken.forEach(Scratch::close);
  }

  @Test
  void refusesWhatItCannotGive() {
    try (Scratch scratch = Scratch.take()) {
      assertThatThrownBy(() -> scratch.allocate(-1, 1)).hasMessageContaining("-1 bytes");
      assertThatThrownBy(() -> scratch.allocate(1, 128)).hasMessageContaining("aligned to 128");
      assertThat(scratch.scope().isAlive()).isTrue();
    }
  }
}
