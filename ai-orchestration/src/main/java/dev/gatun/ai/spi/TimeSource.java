package dev.gatun.ai.spi;

import java.time.Duration;
import java.time.Instant;

/** Clock and sleep in one place, so that tests can play time. Thread-safe. */
public interface TimeSource {
  /** The time of day. */
  Instant now();

  /** A clock that only runs forward, in nanoseconds from anywhere. */
  long nanos();

  /** Waits. */
  void sleep(Duration time) throws InterruptedException;

  /** The machine's clock. */
  TimeSource SYSTEM =
      new TimeSource() {
        @Override
        public Instant now() {
          return Instant.now();
        }

        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void sleep(Duration time) throws InterruptedException {
          if (time.isPositive()) {
            Thread.sleep(time);
          }
        }
      };
}
