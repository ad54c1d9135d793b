package dev.gatun.ai.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimeLimitsTest {
  private final TimeLimits limits = new TimeLimits();

  @AfterEach
  void close() {
    limits.close();
  }

  @Test
  void endsWhatHasNoTimeLeft() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    long begin = System.nanoTime();
    TimeLimits.Limited l = new TimeLimits.Limited(Duration.ofMillis(50), ended::countDown);
    limits.watch(l);
    assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(50_000_000);
    assertThat(l.isExpired()).isTrue();
  }

  @Test
  void leavesAloneWhatIsDoneOrWasGivenMoreTime() throws InterruptedException {
    AtomicInteger ended = new AtomicInteger();
    TimeLimits.Limited done = new TimeLimits.Limited(Duration.ZERO, ended::incrementAndGet);
    TimeLimits.Limited longer = new TimeLimits.Limited(Duration.ZERO, ended::incrementAndGet);
    longer.limit(Duration.ofHours(1));
    limits.watch(longer);
    limits.done(done);
    limits.watch(done);
    CountDownLatch looked = new CountDownLatch(1);
    limits.watch(new TimeLimits.Limited(Duration.ofMillis(30), looked::countDown));
    assertThat(looked.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(ended).hasValue(0);
    assertThat(done.isExpired()).isFalse();
    assertThat(longer.isExpired()).isFalse();
  }
}
