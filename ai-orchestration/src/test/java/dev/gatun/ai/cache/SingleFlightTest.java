package dev.gatun.ai.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.spi.Deadline;
import dev.gatun.ai.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SingleFlightTest {
  private final SingleFlight<String> flights = new SingleFlight<>();
  private final AtomicInteger work = new AtomicInteger();

  private static Deadline deadline(Duration d) {
    return Deadline.in(d, TimeSource.SYSTEM);
  }

  @Test
  void aHundredEqualCallsAreOne() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<SingleFlight.Outcome<String>>> all = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        all.add(
            threads.submit(
                () -> flights.run("k", deadline(Duration.ofSeconds(10)), () -> slow(go))));
      }
      while (work.get() == 0) {
        Thread.onSpinWait();
      }
      Thread.sleep(50); // the others arrive
      go.countDown();
      int shared = 0;
      for (var f : all) {
        assertThat(f.get().value()).isEqualTo("done");
        shared += f.get().shared() ? 1 : 0;
      }
      assertThat(work).hasValue(1);
      assertThat(shared).isEqualTo(99);
    }
    assertThat(flights.run("k", deadline(Duration.ofSeconds(1)), () -> "again").value())
        .isEqualTo("again");
  }

  private String slow(CountDownLatch go) {
    work.incrementAndGet();
    try {
      go.await();
    } catch (InterruptedException e) {
      throw new AiException.Cancelled(Failure.of("gave up").cause(e));
    }
    return "done";
  }

  @Test
  void theOneWhoGivesUpDoesNotTakeTheOthersAlong() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var leader =
          threads.submit(() -> flights.run("k", deadline(Duration.ofSeconds(10)), () -> slow(go)));
      while (work.get() == 0) {
        Thread.onSpinWait();
      }
      var follower =
          threads.submit(() -> flights.run("k", deadline(Duration.ofSeconds(10)), () -> "mine"));
      Thread.sleep(20);
      leader.cancel(true);
      assertThat(follower.get().value()).isEqualTo("mine");
    }
  }

  @Test
  void aFailureIsSharedAndNotKept() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var leader =
          threads.submit(() ->
              flights.run(
                  "k",
                  deadline(Duration.ofSeconds(10)),
                  () -> {
                    slow(go);
                    throw new AiException.Overloaded(Failure.of("busy"));
                  }));
      while (work.get() == 0) {
        Thread.onSpinWait();
      }
      var follower =
          threads.submit(() -> flights.run("k", deadline(Duration.ofSeconds(10)), () -> "mine"));
      Thread.sleep(20);
      go.countDown();
      assertThatThrownBy(leader::get).hasCauseInstanceOf(AiException.Overloaded.class);
      assertThatThrownBy(follower::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(AiException.Overloaded.class);
    }
    assertThat(flights.run("k", deadline(Duration.ofSeconds(1)), () -> "again").value())
        .isEqualTo("again");
  }

  @Test
  void aFollowerKeepsItsOwnDeadline() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var leader =
          threads.submit(() -> flights.run("k", deadline(Duration.ofSeconds(10)), () -> slow(go)));
      while (work.get() == 0) {
        Thread.onSpinWait();
      }
      assertThatThrownBy(() -> flights.run("k", deadline(Duration.ofMillis(30)), () -> "mine"))
          .isInstanceOf(AiException.TimedOut.class);
      go.countDown();
      assertThat(leader.get().value()).isEqualTo("done");
    }
  }
}
