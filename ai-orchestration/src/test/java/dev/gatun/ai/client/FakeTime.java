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
  private final Instant start = Instant.now().minusSeconds(1);
  final List<Duration> sleeps = Collections.synchronizedList(new ArrayList<>());

  @Override
  public Instant now() {
    return start.plusNanos(nanos.get());
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
