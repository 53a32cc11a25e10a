package dev.lanewise.engine.memory;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Workspaces that are used again, so that calls allocate none once there are as many as calls at a
 * time. Nothing is tied to a thread: a million virtual threads hold no more than those that work.
 * Thread-safe and without locks; taking and giving back allocate nothing.
 */
public final class Pool<T> {

  private final AtomicReferenceArray<@Nullable T> slots;
  private final Supplier<T> supplier;

  /**
   * A pool for all of a process, which keeps two idle workspaces for each processor.
   *
   * @param supplier of a workspace when none is idle
   */
  public Pool(Supplier<T> supplier) {
    this(2 * Runtime.getRuntime().availableProcessors(), supplier);
  }

  /**
   * A pool that keeps so many idle workspaces; what exceeds them is left to the collector.
   *
   * @param supplier of a workspace when none is idle
   */
  public Pool(int kept, Supplier<T> supplier) {
    this.slots = new AtomicReferenceArray<>(kept);
    this.supplier = supplier;
  }

  /** Nobody else has it until it is given back. */
  public T take() {
    for (int i = 0; i < slots.length(); i++) {
      if (slots.get(i) != null) {
        T item = slots.getAndSet(i, null);
        if (item != null) {
          return item;
        }
      }
    }
    return supplier.get();
  }

  /** The caller must not use it any more. */
  public void give(T item) {
    for (int i = 0; i < slots.length(); i++) {
      if (slots.get(i) == null && slots.compareAndSet(i, null, item)) {
        return;
      }
    }
  }
}
