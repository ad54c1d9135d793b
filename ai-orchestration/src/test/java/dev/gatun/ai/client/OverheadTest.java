package dev.gatun.ai.client;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.cost.MemoryLedger;
import dev.gatun.ai.limit.MemoryLimiter;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Script;
import dev.gatun.ai.testkit.ScriptedServer;
import dev.gatun.ai.testkit.Tries;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** What the client adds to a call, beside the same request by OkHttp alone to the same server. */
class OverheadTest {
  private static final int WARM = 2000;
  private static final int CALLS = 2000;

  @Test
  void aCallCostsLittleMoreThanItsRequest(TestReporter reporter) throws Exception {
    try (ScriptedServer server = ScriptedServer.start()) {
      server.otherwise(Script.reply("Paris"));
      RawProvider raw = new RawProvider(server.baseUrl(Dialect.OPENAI));
      AiClient client =
          AiClient.builder()
              .provider(raw)
              .limiter(new MemoryLimiter(List.of()))
              .ledger(new MemoryLedger())
              .build();
      added(raw, client, reporter, WARM);
      Tries.within(Duration.ofNanos(150_000), () -> added(raw, client, reporter, CALLS));
    }
  }

  /** What the client adds at the median of some calls. */
  private static Duration added(RawProvider raw, AiClient client, TestReporter reporter, int calls)
      throws IOException {
    ChatRequest request = ChatRequest.of("What is the capital of France?");
    String text = request.messages().getFirst().text();
    long[] direct = new long[calls];
    long[] called = new long[calls];
    for (int i = 0; i < calls; i++) {
      // By turns, so that both meet the same moments of the machine.
      long t0 = System.nanoTime();
      RawProvider.reply(raw.post(text));
      long t1 = System.nanoTime();
      client.chat(request);
      long t2 = System.nanoTime();
      direct[i] = t1 - t0;
      called[i] = t2 - t1;
    }
    Arrays.sort(direct);
    Arrays.sort(called);
    long added = called[calls / 2] - direct[calls / 2];
    reporter.publishEntry(
        Map.of(
            "p50 direct, us", String.valueOf(direct[calls / 2] / 1e3),
            "p50 by the client, us", String.valueOf(called[calls / 2] / 1e3),
            "added, us", String.valueOf(added / 1e3)));
    return Duration.ofNanos(added);
  }
}
