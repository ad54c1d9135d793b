package dev.gatun.tensor.cpu;

import dev.gatun.tensor.OutOfMemoryException;
import dev.gatun.tensor.spi.MemoryStats;
import dev.gatun.tensor.spi.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/**
 * Caching allocator of native memory, shared by the CPU backends. Sizes are rounded up to classes
 * (four to each doubling); a freed block is kept and serves a later request of its class or of a
 * class at most half its size. Small blocks are cut from slabs that are never given back; large
 * ones have an arena each, which {@link #trim} closes.
 *
 * <p>Thread-safe.
 */
final class HostAllocator {
  private static final int ALIGNMENT = 64;
  private static final long SLAB = 1 << 20;
  private static final long LARGEST_IN_SLAB = 1 << 16;
  private static final int CLASSES = 256;

  /** A block that goes back and forth between tensors and the cache. */
  private static final class Block {
    final MemorySegment segment;
    final @org.jspecify.annotations.Nullable Arena arena;
    final int sizeClass;

    Block(MemorySegment segment, @org.jspecify.annotations.Nullable Arena arena, int sizeClass) {
      this.segment = segment;
      this.arena = arena;
      this.sizeClass = sizeClass;
    }
  }

  private final ArrayDeque<Block>[] free = newFreeLists();
  private MemorySegment slab = MemorySegment.NULL;
  private long slabUsed;
  private long live;
  private long peak;
  private long cached;
  private long allocated;
  private long allocations;

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static ArrayDeque<Block>[] newFreeLists() {
    ArrayDeque<Block>[] lists = new ArrayDeque[CLASSES];
    for (int i = 0; i < CLASSES; i++) {
      lists[i] = new ArrayDeque<>();
    }
    return lists;
  }

  /** The smallest class whose size is at least {@code bytes}. */
  static int sizeClass(long bytes) {
    long units = Math.max(1, (bytes + ALIGNMENT - 1) / ALIGNMENT);
    if (units <= 8) {
      return (int) units - 1;
    }
    int log = 63 - Long.numberOfLeadingZeros(units - 1); // units in (2^log, 2^(log+1)]
    long quarter = 1L << (log - 2);
    int step = (int) ((units - (1L << log) + quarter - 1) / quarter); // 1 … 4
    return 8 + (log - 3) * 4 + step - 1;
  }

  /** The size of a class in bytes. */
  static long classSize(int sizeClass) {
    if (sizeClass < 8) {
      return (sizeClass + 1L) * ALIGNMENT;
    }
    int log = (sizeClass - 8) / 4 + 3;
    int step = (sizeClass - 8) % 4 + 1;
    return ((1L << log) + step * (1L << (log - 2))) * ALIGNMENT;
  }

  Storage allocate(long bytes) {
    int wanted = sizeClass(bytes);
    return new HostStorage(take(wanted));
  }

  private synchronized Block take(int wanted) {
    Block block = null;
    for (int c = wanted; c < Math.min(wanted + 4, CLASSES) && block == null; c++) {
      block = free[c].pollLast();
    }
    if (block == null) {
      block = fresh(wanted);
    } else {
      cached -= classSize(block.sizeClass);
    }
    live += classSize(block.sizeClass);
    peak = Math.max(peak, live);
    return block;
  }

  @SuppressWarnings("MustBeClosed") // slabs stay, a large block's arena is closed by trim
  private Block fresh(int sizeClass) {
    long size = classSize(sizeClass);
    try {
      if (size <= LARGEST_IN_SLAB) {
        if (slab.byteSize() - slabUsed < size) {
          slab = Arena.ofShared().allocate(SLAB, 4096);
          slabUsed = 0;
          allocated += SLAB;
          allocations++;
        }
        MemorySegment piece = slab.asSlice(slabUsed, size);
        slabUsed += size;
        return new Block(piece, null, sizeClass);
      }
      Arena arena = Arena.ofShared();
      MemorySegment segment = arena.allocate(size, 4096);
      allocated += size;
      allocations++;
      return new Block(segment, arena, sizeClass);
    } catch (OutOfMemoryError e) {
      if (cached > 0) {
        trim();
        return fresh(sizeClass);
      }
      throw new OutOfMemoryException(
          "No native memory for " + size + " bytes; " + live + " bytes are live");
    }
  }

  private synchronized void give(Block block) {
    live -= classSize(block.sizeClass);
    cached += classSize(block.sizeClass);
    free[block.sizeClass].addLast(block);
  }

  synchronized void trim() {
    for (int c = 0; c < CLASSES; c++) {
      if (classSize(c) > LARGEST_IN_SLAB) {
        for (Block b : free[c]) {
          if (b.arena != null) {
            b.arena.close();
            allocated -= classSize(c);
            cached -= classSize(c);
          }
        }
        free[c].clear();
      }
    }
  }

  synchronized MemoryStats stats() {
    return new MemoryStats(live, peak, cached, allocated, allocations);
  }

  /** Memory from this allocator. */
  private final class HostStorage extends Storage {
    private final Block block;

    HostStorage(Block block) {
      super(block.segment.byteSize());
      this.block = block;
    }

    @Override
    public MemorySegment segment() {
      return block.segment;
    }

    @Override
    protected void free() {
      give(block);
    }
  }
}
