package dev.gatun.ai.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.Status.Circuit;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BreakerTest {
  private final FakeTime time = new FakeTime();
  private final Breaker breaker = new Breaker(time, 0.5, 4, Duration.ofSeconds(10), 3);

  private void open() {
    for (int i = 0; i < 2; i++) {
      breaker.failure(breaker.acquire());
    }
    assertThat(breaker.state()).isEqualTo(Circuit.OPEN);
  }

  @Test
  void successesBetweenKeepItClosed() {
    for (int i = 0; i < 100; i++) {
      for (int s = 0; s < 3; s++) {
        breaker.success(breaker.acquire());
      }
      breaker.failure(breaker.acquire());
    }
    assertThat(breaker.state()).isEqualTo(Circuit.CLOSED);
  }

  @Test
  void oldFailuresAreForgotten() {
    breaker.failure(breaker.acquire());
    time.pass(Duration.ofMinutes(2));
    breaker.failure(breaker.acquire());
    assertThat(breaker.state()).isEqualTo(Circuit.CLOSED);
    assertThat(breaker.risk()).isEqualTo(0.25);
  }

  @Test
  void exactlySoManyProbesPassWhoeverAsks() throws Exception {
    open();
    assertThat(breaker.acquire()).isEqualTo(-1);
    time.pass(Duration.ofSeconds(10));
    AtomicInteger passed = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(200);
    for (int i = 0; i < 200; i++) {
      Thread.startVirtualThread(() -> {
        if (breaker.acquire() >= 0) {
          passed.incrementAndGet();
        }
        done.countDown();
      });
    }
    done.await();
    assertThat(passed).hasValue(3);
  }

  @Test
  void allProbesMustSucceed() {
    open();
    time.pass(Duration.ofSeconds(10));
    breaker.success(breaker.acquire());
    breaker.success(breaker.acquire());
    assertThat(breaker.state()).isEqualTo(Circuit.HALF_OPEN);
    breaker.failure(breaker.acquire());
    assertThat(breaker.state()).isEqualTo(Circuit.OPEN);
    time.pass(Duration.ofSeconds(10));
    for (int i = 0; i < 3; i++) {
      breaker.success(breaker.acquire());
    }
    assertThat(breaker.state()).isEqualTo(Circuit.CLOSED);
  }

  @Test
  void aProbeWithoutVerdictGivesItsPlaceBack() {
    open();
    time.pass(Duration.ofSeconds(10));
    for (int i = 0; i < 10; i++) {
      long permit = breaker.acquire();
      assertThat(permit).isPositive();
      breaker.forget(permit);
    }
  }

  @Test
  void outcomesFromBeforeAChangeCountForNothing() {
    long old = breaker.acquire();
    open();
    time.pass(Duration.ofSeconds(10));
    breaker.acquire();
    breaker.failure(old);
    assertThat(breaker.state()).isEqualTo(Circuit.HALF_OPEN);
  }
}
