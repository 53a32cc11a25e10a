package dev.lanewise.engine.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/**
 * The native memory of one piece of work, such as a training, which is used again by the next: new
 * memory from the system costs a large training more than a quarter of its time when that is short,
 * and of memory that waits for a collection many short ones pile up gigabytes.
 *
 * <p>An arena whose segments are zeros and go back all at once, with {@link #close}. Nobody checks
 * that they are not used after that. Idle memory is held weakly: a collection frees it, so that an
 * idle process keeps none. Belongs to one thread at a time.
 */
public final class Scratch implements Arena {

  /** The least that is asked of the system at once, so that small matrices share it. */
  private static final long BLOCK = 1L << 20;

  private static final long ALIGNMENT = 64;

  private static final WeakReference<Scratch> NONE = new WeakReference<>(null);

  private static final Pool<WeakReference<Scratch>> IDLE = new Pool<>(() -> NONE);

  private final Arena owner = Arena.ofAuto();
  private final List<Block> blocks = new ArrayList<>();

  private Scratch() {}

  /** Nobody else has it until it is closed. */
  public static Scratch take() {
    Scratch idle = IDLE.take().get();
    return idle == null ? new Scratch() : idle;
  }

  /**
   * Zeros.
   *
   * @throws IllegalArgumentException if the size is negative, or more than a cache line is asked
   *     for as alignment
   */
  @Override
  public MemorySegment allocate(long bytes, long alignment) {
    if (bytes < 0 || alignment > ALIGNMENT) {
      throw new IllegalArgumentException(bytes + " bytes, aligned to " + alignment);
    }
    for (Block block : blocks) {
      if (bytes <= block.left()) {
        return block.cut(bytes).fill((byte) 0);
      }
    }
    Block block = new Block(owner.allocate(Math.max(bytes, BLOCK), ALIGNMENT));
    blocks.add(block);
    return block.cut(bytes);
  }

  @Override
  public MemorySegment.Scope scope() {
    return owner.scope();
  }

  /** Gives all memory back. What was cut from it must not be used any more. */
  @Override
  public void close() {
    blocks.forEach(Block::clear);
    IDLE.give(new WeakReference<>(this));
  }

  private static final class Block {
    private final MemorySegment memory;
    private long used;

    Block(MemorySegment memory) {
      this.memory = memory;
    }

    long left() {
      return memory.byteSize() - used;
    }

    MemorySegment cut(long bytes) {
      MemorySegment cut = memory.asSlice(used, bytes, ALIGNMENT);
      long end = used + bytes;
      used = Math.min(memory.byteSize(), (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
      return cut;
    }

    void clear() {
      used = 0;
    }
  }
}
