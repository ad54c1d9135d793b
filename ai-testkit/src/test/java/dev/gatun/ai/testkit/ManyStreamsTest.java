package dev.gatun.ai.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Many at once. */
class ManyStreamsTest {
  private static final int STREAMS = 500;

  @Test
  void fiveHundredStreamsLoseNoEvent() throws Exception {
    try (var server = ScriptedServer.start();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      server.otherwise(
          Script.lorem(20)
              .firstTokenAfter(Duration.ofMillis(200))
              .tokenEvery(Duration.ofMillis(10)));
      Callable<String> stream =
          () -> {
            try (var client = new RawClient(server)) {
              client.socket.setSoTimeout(30_000);
              return RawClient.dechunk(client.ask(true).readReply());
            }
          };
      var replies = new ArrayList<Future<String>>();
      for (int i = 0; i < STREAMS; i++) {
        replies.add(threads.submit(stream));
      }
      for (Future<String> reply : replies) {
        // An opening, twenty words, a reason and the end marker.
        assertThat(reply.get().split("\n\n", -1)).hasSize(20 + 3 + 1);
      }
      List<RecordedRequest> requests = server.requests();
      assertThat(requests)
          .hasSize(STREAMS)
          .allSatisfy(request -> {
            assertThat(request.end()).isEqualTo(RecordedRequest.End.ANSWERED);
            assertThat(request.endedAfter().orElseThrow())
                .isGreaterThanOrEqualTo(Duration.ofMillis(200 + 19 * 10));
          });
    }
  }
}
