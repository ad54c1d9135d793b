package dev.gatun.gateway.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.events.Outbox;
import dev.gatun.gateway.http.Problem;
import dev.gatun.gateway.state.Database;
import dev.gatun.gateway.state.PostgresServer;
import dev.gatun.gateway.state.StateUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobsTest {
  private static final Jobs.Settings SETTINGS =
      new Jobs.Settings(Duration.ofSeconds(2), Duration.ofHours(1), 100);

  /** What a handler of a test does. */
  private interface Doing {
    Json.Obj run(JobContext job) throws InterruptedException;
  }

  /** Nobody is told of events. */
  private static Outbox nobody(Database database) {
    return new Outbox(database, Optional.empty());
  }

  private static JobHandler handler(Doing doing) {
    return new JobHandler() {
      @Override
      public String kind() {
        return "test";
      }

      @Override
      public Json.Obj run(JobContext job) throws InterruptedException {
        return doing.run(job);
      }
    };
  }

  private static Json.Obj number(long n) {
    return Json.object("n", Json.of(n));
  }

  abstract static class OnEitherDatabase {
    private final List<AutoCloseable> open = new ArrayList<>();
    private Database database;

    abstract Database.Settings where();

    @BeforeEach
    void connect() {
      database = new Database(where());
    }

    @AfterEach
    void close() throws Exception {
      for (AutoCloseable c : open.reversed()) {
        c.close();
      }
      database.close();
    }

    /** An instance of the gateway that does jobs of the kind "test". */
    private Jobs instance(Doing doing) {
      Jobs jobs = new Jobs(database, nobody(database), SETTINGS, List.of(handler(doing)));
      open.add(jobs);
      return jobs;
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
      for (int i = 0; i < 6000 && !condition.getAsBoolean(); i++) {
        Thread.sleep(10);
      }
      assertThat(condition.getAsBoolean()).isTrue();
    }

    private static Job ended(Jobs jobs, String id) throws InterruptedException {
      await(() -> jobs.find("acme", id).orElseThrow().status().isFinal());
      return jobs.find("acme", id).orElseThrow();
    }

    @Test
    void aJobHasProgressAndAResult() throws Exception {
      Jobs jobs =
          instance(job -> {
            job.progress(number(1));
            job.progress(number(2));
            return number(job.payload().integer("n").orElse(0) + 1);
          });
      String id = jobs.submit("test", "acme", number(41));
      Job job = ended(jobs, id);
      assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
      assertThat(job.result()).contains(number(42));
      assertThat(job.progress()).contains(number(2));
      assertThat(job.possiblyBilled()).isFalse();
      assertThat(jobs.events(id, 0, 10))
          .extracting(e -> e.number() + e.name())
          .containsExactly("1progress", "2progress", "3succeeded");
      assertThat(jobs.events(id, 1, 10)).hasSize(2);
      assertThat(jobs.find("other", id)).isEmpty();
      assertThat(jobs.cancel("other", id)).isEmpty();
      assertThat(jobs.list("other", Optional.empty(), Optional.empty(), Optional.empty(), 9))
          .isEmpty();
    }

    @Test
    void listsTheNewestFirstInPages() throws Exception {
      Jobs jobs = instance(_ -> number(0));
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        ids.add(jobs.submit("test", "pages", number(i)));
        Thread.sleep(2);
      }
      List<Job> first =
          jobs.list("pages", Optional.empty(), Optional.of("test"), Optional.empty(), 3);
      assertThat(first).extracting(Job::id).isEqualTo(ids.reversed().subList(0, 3));
      assertThat(
              jobs.list(
                  "pages",
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of(first.getLast().id()),
                  3))
          .extracting(Job::id)
          .isEqualTo(ids.reversed().subList(3, 5));
    }

    @Test
    void anErrorIsKeptAndSaysWhy() throws Exception {
      Jobs jobs =
          instance(_ -> {
            throw Problem.of(400, "bad-data", "The third row has no label");
          });
      Job job = ended(jobs, jobs.submit("test", "acme", number(1)));
      assertThat(job.status()).isEqualTo(JobStatus.FAILED);
      assertThat(job.error().orElseThrow().string("detail")).contains("The third row has no label");
    }

    @Test
    void cancelsWhatWaitsAndWhatRuns() throws Exception {
      CountDownLatch running = new CountDownLatch(1);
      Jobs jobs =
          instance(_ -> {
            running.countDown();
            Thread.sleep(60_000);
            return number(0);
          });
      String id = jobs.submit("test", "acme", number(1));
      running.await();
      // By another instance, which does no such jobs.
      Jobs other = new Jobs(database, nobody(database), SETTINGS, List.of());
      open.add(other);
      assertThat(other.cancel("acme", id).orElseThrow().status()).isEqualTo(JobStatus.RUNNING);
      assertThat(ended(jobs, id).status()).isEqualTo(JobStatus.CANCELLED);
      jobs.close();
      JobStore store = new JobStore(database, nobody(database));
      store.submit("waits", "acme", "test", number(1));
      assertThat(other.cancel("acme", "waits").orElseThrow().status())
          .isEqualTo(JobStatus.CANCELLED);
      assertThat(other.events("waits", 0, 9)).extracting(JobEvent::name).contains("cancelled");
    }

    @Test
    void whoWasTakenForDeadChangesNothing() throws Exception {
      JobStore store = new JobStore(database, nobody(database));
      store.submit("lost-" + where().url().isPresent(), "acme", "lost", number(1));
      Job first = store.claim(List.of("lost"), List.of(), Duration.ofMillis(1)).orElseThrow();
      assertThat(store.paying(first.id(), first.fence())).isTrue();
      Thread.sleep(20);
      Job second = store.claim(List.of("lost"), List.of(), Duration.ofMinutes(1)).orElseThrow();
      assertThat(second.id()).isEqualTo(first.id());
      assertThat(second.possiblyBilled()).isTrue();
      assertThat(second.takeovers()).isEqualTo(1);
      assertThat(store.claim(List.of("lost"), List.of(), Duration.ofMinutes(1))).isEmpty();
      assertThat(store.progress(first.id(), first.fence(), number(1))).isFalse();
      assertThat(store.save(first.id(), first.fence(), number(1))).isFalse();
      assertThat(store.release(first.id(), first.fence())).isFalse();
      assertThat(store.renew(first.id(), first.fence(), Duration.ofHours(1)).held()).isFalse();
      assertThat(
              store.finish(
                  first.id(),
                  first.fence(),
                  JobStatus.SUCCEEDED,
                  Optional.of(number(1)),
                  Optional.empty()))
          .isFalse();
      assertThat(
              store.finish(
                  second.id(),
                  second.fence(),
                  JobStatus.SUCCEEDED,
                  Optional.of(number(2)),
                  Optional.empty()))
          .isTrue();
      assertThat(store.find("acme", first.id()).orElseThrow().result()).contains(number(2));
    }

    @Test
    void aRecordedPaymentIsNotInDoubt() throws Exception {
      JobStore store = new JobStore(database, nobody(database));
      store.submit("paid-" + where().url().isPresent(), "acme", "paid", number(1));
      Job first = store.claim(List.of("paid"), List.of(), Duration.ofMillis(1)).orElseThrow();
      store.paying(first.id(), first.fence());
      store.save(first.id(), first.fence(), number(7));
      Thread.sleep(20);
      Job second = store.claim(List.of("paid"), List.of(), Duration.ofMinutes(1)).orElseThrow();
      assertThat(second.possiblyBilled()).isFalse();
      assertThat(second.checkpoint()).contains(number(7));
      store.finish(
          second.id(), second.fence(), JobStatus.FAILED, Optional.empty(), Optional.of(number(0)));
    }

    @Test
    void anInstanceThatStopsGivesItsJobsBack() throws Exception {
      CountDownLatch saved = new CountDownLatch(1);
      Jobs first =
          instance(job -> {
            job.save(number(5));
            saved.countDown();
            Thread.sleep(60_000);
            return number(0);
          });
      String id = first.submit("test", "acme", number(1));
      saved.await();
      first.close();
      assertThat(first.find("acme", id).orElseThrow().status()).isEqualTo(JobStatus.QUEUED);
      Jobs second = instance(job -> job.checkpoint().orElseThrow());
      Job job = ended(second, id);
      assertThat(job.result()).contains(number(5));
      assertThat(job.takeovers()).isZero();
    }

    @Test
    void manyJobsAreDoneOnceByThreeInstances() throws Exception {
      AtomicInteger runs = new AtomicInteger();
      Doing doing =
          job -> {
            runs.incrementAndGet();
            return job.payload();
          };
      List<Jobs> instances = List.of(instance(doing), instance(doing), instance(doing));
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        ids.add(instances.get(i % 3).submit("test", "acme", number(i)));
      }
      for (int i = 0; i < 60; i++) {
        assertThat(ended(instances.getFirst(), ids.get(i)).result()).contains(number(i));
      }
      assertThat(runs).hasValue(60);
    }

    @Test
    void aLongJobKeepsItsLease() throws Exception {
      AtomicInteger runs = new AtomicInteger();
      Doing doing =
          job -> {
            if (job.payload().equals(number(3))) { // not what another test left
              runs.incrementAndGet();
            }
            Thread.sleep(2_000);
            return job.payload();
          };
      Jobs jobs = instance(doing);
      instance(doing);
      assertThat(ended(jobs, jobs.submit("test", "acme", number(3))).result()).contains(number(3));
      assertThat(runs).hasValue(1);
    }

    @Test
    void aTenantMayNotHaveAnyNumberOfOpenJobs() {
      Jobs jobs =
          new Jobs(
              database,
              nobody(database),
              new Jobs.Settings(Duration.ofSeconds(5), Duration.ofHours(1), 2),
              List.of(
                  handler(job -> {
                    Thread.sleep(60_000);
                    return number(0);
                  })));
      open.add(jobs);
      String a = jobs.submit("test", "greedy", number(1));
      String b = jobs.submit("test", "greedy", number(1));
      assertThatThrownBy(() -> jobs.submit("test", "greedy", number(1)))
          .hasMessageContaining("2 jobs have not ended");
      jobs.cancel("greedy", a);
      jobs.cancel("greedy", b);
    }

    @Test
    void whatEndedLongAgoIsDeleted() throws Exception {
      Jobs jobs = instance(_ -> number(0));
      String id = jobs.submit("test", "acme", number(1));
      ended(jobs, id);
      Thread.sleep(5);
      JobStore store = new JobStore(database, nobody(database));
      store.prune(Duration.ofHours(1));
      assertThat(store.find("acme", id)).isPresent();
      assertThat(store.prune(Duration.ZERO)).isPositive();
      assertThat(store.find("acme", id)).isEmpty();
      assertThat(store.events(id, 0, 9)).isEmpty();
    }
  }

  @Nested
  class OnSqlite extends OnEitherDatabase {
    @TempDir private Path folder;

    @Override
    Database.Settings where() {
      return new Database.Settings(folder, Optional.empty(), Optional.empty(), Optional.empty(), 4);
    }
  }

  @Nested
  class OnPostgres extends OnEitherDatabase {
    private static PostgresServer server;

    @BeforeAll
    static void start() throws Exception {
      server = PostgresServer.start();
    }

    @AfterAll
    static void stop() throws Exception {
      if (server != null) {
        server.close();
      }
    }

    @Override
    Database.Settings where() {
      return new Database.Settings(
          Path.of("."), Optional.of(server.url()), Optional.empty(), Optional.empty(), 4);
    }

    @Test
    void anOutageOfTheDatabaseLosesNothing() throws Exception {
      try (Database database = new Database(where());
          Jobs jobs =
              new Jobs(
                  database,
                  nobody(database),
                  SETTINGS,
                  List.of(
                      handler(job -> {
                        for (int i = 0; i < 8; i++) {
                          Thread.sleep(300);
                          job.save(number(i));
                        }
                        return job.payload();
                      })))) {
        String id = jobs.submit("test", "acme", number(9));
        Thread.sleep(500);
        server.stop();
        try {
          assertThatThrownBy(() -> jobs.find("acme", id))
              .isInstanceOf(StateUnavailableException.class);
          assertThatThrownBy(() -> jobs.submit("test", "acme", number(1)))
              .isInstanceOf(StateUnavailableException.class);
          assertThat(database.isUp()).isFalse();
        } finally {
          server.resume();
        }
        OnEitherDatabase.await(database::isUp);
        Job job = OnEitherDatabase.ended(jobs, id);
        assertThat(job.result()).as(job.toString()).contains(number(9));
      }
    }
  }
}
