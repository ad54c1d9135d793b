package dev.gatun.ai.client;

import dev.gatun.ai.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes when somebody sleeps, and remembers how long each slept. */
final class FakeTime implements TimeSource {
  private final AtomicLong nanos = new AtomicLong(1_000_000_000L);
  final List<Duration> sleeps = Collections.synchronizedList(new ArrayList<>());

  @Override
  public Instant now() {
    return Instant.parse("2026-11-25T00:00:00Z").plusNanos(nanos.get());
  }

  @Override
  public long nanos() {
    return nanos.get();
  }

  @Override
  public void sleep(Duration time) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    sleeps.add(time);
    pass(time);
  }

  void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
