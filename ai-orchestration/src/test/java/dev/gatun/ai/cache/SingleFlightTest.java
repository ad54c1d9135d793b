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
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SingleFlightTest {
  private final SingleFlight<String> flights = new SingleFlight<>();
  private final AtomicInteger work = new AtomicInteger();

  private static Deadline deadline(Duration d) {
    return Deadline.in(d, TimeSource.SYSTEM);
  }

  @Test
  void aHundredEqualCallsAreOne() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    List<Caller> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(new Caller(() -> slow(go)));
    }
    for (Caller c : all) {
      c.awaitWaiting();
    }
    go.countDown();
    int shared = 0;
    for (Caller c : all) {
      assertThat(c.outcome.get().value()).isEqualTo("done");
      shared += c.outcome.get().shared() ? 1 : 0;
    }
    assertThat(work).hasValue(1);
    assertThat(shared).isEqualTo(99);
    assertThat(flights.run("k", deadline(Duration.ofSeconds(1)), () -> "again").value())
        .isEqualTo("again");
  }

  /** A thread that asks for some work. */
  private final class Caller {
    private final FutureTask<SingleFlight.Outcome<String>> outcome;
    private final Thread thread;

    Caller(Supplier<String> work) {
      outcome = new FutureTask<>(() -> flights.run("k", deadline(Duration.ofSeconds(30)), work));
      thread = Thread.ofVirtual().start(outcome);
    }

    /** For the latch of its work, or for another's work. */
    void awaitWaiting() throws InterruptedException {
      while (thread.getState() != Thread.State.WAITING
          && thread.getState() != Thread.State.TIMED_WAITING) {
        assertThat(outcome).isNotDone();
        Thread.sleep(1);
      }
    }
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
    Caller leader = new Caller(() -> slow(go));
    leader.awaitWaiting();
    Caller follower = new Caller(() -> "mine");
    follower.awaitWaiting();
    leader.outcome.cancel(true);
    assertThat(follower.outcome.get().value()).isEqualTo("mine");
  }

  @Test
  void aFailureIsSharedAndNotKept() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    Caller leader =
        new Caller(() -> {
          slow(go);
          throw new AiException.Overloaded(Failure.of("busy"));
        });
    leader.awaitWaiting();
    Caller follower = new Caller(() -> "mine");
    follower.awaitWaiting();
    go.countDown();
    assertThatThrownBy(leader.outcome::get).hasCauseInstanceOf(AiException.Overloaded.class);
    assertThatThrownBy(follower.outcome::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(AiException.Overloaded.class);
    assertThat(flights.run("k", deadline(Duration.ofSeconds(1)), () -> "again").value())
        .isEqualTo("again");
  }

  @Test
  void aFollowerKeepsItsOwnDeadline() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    Caller leader = new Caller(() -> slow(go));
    leader.awaitWaiting();
    assertThatThrownBy(() -> flights.run("k", deadline(Duration.ofMillis(30)), () -> "mine"))
        .isInstanceOf(AiException.TimedOut.class);
    go.countDown();
    assertThat(leader.outcome.get().value()).isEqualTo("done");
  }
}
