package dev.gatun.nn;

import dev.gatun.tensor.Gatun;

/** Counts memory in tests. */
public final class Live {
  private Live() {}

  /** The bytes in use when the collector has freed what earlier tests left to it. */
  public static long bytes() {
    long last = -1;
    long now = Gatun.memory().live();
    for (int i = 0; i < 50 && now != last; i++) {
      last = now;
      System.gc();
      try {
        Thread.sleep(20); // the cleaner's thread runs after the collection
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      now = Gatun.memory().live();
    }
    return now;
  }
}
