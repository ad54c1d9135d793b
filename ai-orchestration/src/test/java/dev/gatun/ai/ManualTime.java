package dev.gatun.ai;

import dev.gatun.ai.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that runs only when told to; a sleep moves it. Thread-safe. */
public final class ManualTime implements TimeSource {
  private static final Instant START = Instant.parse("2026-11-25T12:00:00Z");
  private final AtomicLong nanos = new AtomicLong();

  /** A clock at noon. */
  public ManualTime() {}

  /** Lets time pass. */
  public void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Override
  public Instant now() {
    return START.plusNanos(nanos.get());
  }

  @Override
  public long nanos() {
    return nanos.get();
  }

  @Override
  public void sleep(Duration time) {
    pass(time);
  }
}
