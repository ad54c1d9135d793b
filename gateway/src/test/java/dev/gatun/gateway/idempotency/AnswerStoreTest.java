package dev.gatun.gateway.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.events.Outbox;
import dev.gatun.gateway.jobs.JobContext;
import dev.gatun.gateway.jobs.JobHandler;
import dev.gatun.gateway.jobs.Jobs;
import dev.gatun.gateway.state.Database;
import dev.gatun.gateway.state.Ids;
import dev.gatun.gateway.state.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process that dies between taking a key and storing its answer leaves for the next. */
class AnswerStoreTest {
  private static final Duration KEEP = Duration.ofHours(24);

  @TempDir private Path folder;

  private static AnswerStore.Found reserve(AnswerStore store, String body, Duration lease) {
    return store.reserve("acme", "k", body, Ids.next(), lease, KEEP);
  }

  private static String workId(AnswerStore.Found found) {
    assertThat(found).isInstanceOf(AnswerStore.Found.Reserved.class);
    return ((AnswerStore.Found.Reserved) found).workId();
  }

  @Test
  void onSqlite() throws Exception {
    try (Database database =
        new Database(
            new Database.Settings(
                folder, Optional.empty(), Optional.empty(), Optional.empty(), 4))) {
      aRequestSentAgainGoesOnWithItsWork(database);
    }
  }

  @Test
  void onPostgres() throws Exception {
    try (PostgresServer server = PostgresServer.start();
        Database database =
            new Database(
                new Database.Settings(
                    folder, Optional.of(server.url()), Optional.empty(), Optional.empty(), 4))) {
      aRequestSentAgainGoesOnWithItsWork(database);
    }
  }

  private static void aRequestSentAgainGoesOnWithItsWork(Database database) throws Exception {
    AnswerStore store = new AnswerStore(database);
    try (Jobs jobs =
        new Jobs(
            database,
            new Outbox(database, Optional.empty()),
            new Jobs.Settings(Duration.ofSeconds(30), Duration.ofHours(1), 1),
            List.of(new Echo()))) {
      // The first process takes the key, submits the job, and is killed before it answers.
      String first = workId(reserve(store, "a body", Duration.ofMillis(1)));
      assertThat(jobs.submit(first, "echo", "acme", Json.Obj.EMPTY)).isEqualTo(first);
      Thread.sleep(20); // its lease runs out
      String second = workId(reserve(store, "a body", Duration.ofMinutes(1)));
      assertThat(second).isEqualTo(first);
      // Not one job too many of a tenant who may have one: it is the same.
      assertThat(jobs.submit(second, "echo", "acme", Json.Obj.EMPTY)).isEqualTo(first);
      assertThat(jobs.list("acme", Optional.empty(), Optional.empty(), Optional.empty(), 9).size())
          .isEqualTo(1);
      assertThat(reserve(store, "a body", KEEP)).isInstanceOf(AnswerStore.Found.InFlight.class);
      assertThat(reserve(store, "another", KEEP))
          .isInstanceOf(AnswerStore.Found.OtherRequest.class);
    }

    String owner = Ids.next();
    String given =
        workId(store.reserve("acme", "given-back", "a body", owner, Duration.ofMinutes(1), KEEP));
    store.release("acme", "given-back", owner);
    String again = Ids.next();
    assertThat(workId(store.reserve("acme", "given-back", "a body", again, KEEP, KEEP)))
        .isEqualTo(given);
    store.release("acme", "given-back", again);
    String other = Ids.next();
    assertThat(workId(store.reserve("acme", "given-back", "another body", other, KEEP, KEEP)))
        .isEqualTo(other);
    store.store(
        "acme", "given-back", other, new StoredAnswer(200, Map.of(), "text/plain", new byte[0]));
    assertThat(store.reserve("acme", "given-back", "another body", owner, KEEP, KEEP))
        .isInstanceOf(AnswerStore.Found.Answered.class);
    // Keys that nobody uses are deleted but for the latest of a tenant.
    workId(store.reserve("acme", "z", "a body", owner, KEEP, KEEP));
    store.release("acme", "z", owner);
    assertThat(store.prune(KEEP, 0)).isEqualTo(2);
  }

  private static final class Echo implements JobHandler {
    @Override
    public String kind() {
      return "echo";
    }

    @Override
    public Json.Obj run(JobContext job) throws InterruptedException {
      Thread.sleep(60_000);
      return job.payload();
    }
  }
}
