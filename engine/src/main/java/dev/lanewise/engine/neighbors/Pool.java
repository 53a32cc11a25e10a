package dev.lanewise.engine.neighbors;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Workspaces that are used again, so that a search allocates nothing but its result once there are
 * as many as threads that search at a time. Thread-safe and without locks; taking and giving back
 * allocate nothing.
 */
final class Pool<T> {

  /** More than threads that search one index at once; what exceeds it is left to the collector. */
  private static final int SLOTS = 64;

  private final AtomicReferenceArray<T> slots = new AtomicReferenceArray<>(SLOTS);
  private final Supplier<T> supplier;

  Pool(Supplier<T> supplier) {
    this.supplier = supplier;
  }

  T take() {
    for (int i = 0; i < SLOTS; i++) {
      if (slots.get(i) != null) {
        T item = slots.getAndSet(i, null);
        if (item != null) {
          return item;
        }
      }
    }
    return supplier.get();
  }

  void give(T item) {
    for (int i = 0; i < SLOTS; i++) {
      if (slots.get(i) == null && slots.compareAndSet(i, null, item)) {
        return;
      }
    }
  }
}
