package dev.gatun.examples.gateway;

import java.time.Duration;

/**
 * Has the old generation collected when it has grown. The serial collector, which takes the least
 * memory, otherwise lets it grow to a quarter of the machine's memory before it collects it for the
 * first time, be it garbage or not: a service that runs for weeks would hold all of that.
 */
final class TightHeap {
  private static final Duration LOOK = Duration.ofSeconds(1);

  private TightHeap() {}

  /**
   * Looks after the heap from now on, when the launcher says, by {@code gatun.heap.tight}, that the
   * collector is the serial one and the young generation has a fixed size.
   */
  static void keep() {
    if (Boolean.getBoolean("gatun.heap.tight")) {
      Thread.ofPlatform().daemon().name("gatun-heap").start(TightHeap::look);
    }
  }

  private static void look() {
    Runtime runtime = Runtime.getRuntime();
    long before = runtime.totalMemory();
    try {
      while (true) {
        Thread.sleep(LOOK);
        if (runtime.totalMemory() > before) {
          System.gc(); // It leaves room for what it keeps, so that the next time is not at once.
        }
        before = runtime.totalMemory();
      }
    } catch (InterruptedException _) {
      // Nobody does that.
    }
  }
}
