package dev.gatun.ai.testkit;

import static dev.gatun.ai.testkit.Position.afterBytes;
import static dev.gatun.ai.testkit.Position.afterEvents;
import static dev.gatun.ai.testkit.Position.afterTokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults, pieces and times, byte by byte. */
class WireTest {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Script THREE = Script.reply("one two three");

  private final ScriptedServer server = ScriptedServer.start();

  @AfterEach
  void close() {
    server.close();
  }

  private String all(Script script, boolean stream) throws IOException {
    server.script(script);
    try (var client = new RawClient(server)) {
      return client.ask(stream).readAll();
    }
  }

  private String whole(Script script, boolean stream) throws IOException {
    server.script(script);
    try (var client = new RawClient(server)) {
      return client.ask(stream).readReply();
    }
  }

  private RecordedRequest last() {
    return server.requests().getLast();
  }

  @Test
  void aCutStreamEndsWithoutTheLastChunk() throws Exception {
    String reply = all(THREE.cut(afterTokens(2)), true);
    assertThat(reply).contains("\"one\"").contains("\" two\"").doesNotContain(" three");
    assertThat(reply).doesNotEndWith("0\r\n\r\n");
    assertThat(last().end()).isEqualTo(RecordedRequest.End.FAULTED);
    assertThat(last().status()).isEqualTo(200);
  }

  @Test
  void aPlaceBeforeTheFirstTokenIsAfterTheOpening() throws Exception {
    String reply = all(THREE.cut(afterTokens(0)), true);
    assertThat(reply).contains("\"role\":\"assistant\"").doesNotContain("\"one\"");
    assertThat(all(THREE.cut(afterEvents(0)), true))
        .startsWith("HTTP/1.1 200 OK\r\n")
        .endsWith("\r\n\r\n");
  }

  @Test
  void aPlaceThatIsNotReachedIsBeforeTheEndMarker() throws Exception {
    assertThat(all(THREE.cut(afterTokens(99)), true))
        .contains(" three")
        .doesNotContain("finish_reason\":\"stop")
        .doesNotContain("[DONE]");
    assertThat(all(THREE.cut(afterBytes(1 << 20)), true))
        .contains("[DONE]")
        .doesNotEndWith("0\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 100, 307, 308, 900})
  void aCutAfterBytesIsExact(int bytes) throws Exception {
    assertThat(RawClient.dechunk(all(THREE.cut(afterBytes(bytes)), true)).length())
        .isEqualTo(bytes);
    String reply = all(THREE.cut(afterBytes(Math.min(bytes, 200))), false);
    assertThat(RawClient.body(reply).length()).isEqualTo(Math.min(bytes, 200));
    assertThat(reply).contains("Content-Length: ");
  }

  @Test
  void aWholeBodyIsCutInItsMiddle() throws Exception {
    String body = RawClient.body(whole(THREE, false));
    String cut = RawClient.body(all(THREE.cut(afterTokens(1)), false));
    assertThat(cut.length()).isEqualTo(body.length() / 2);
    assertThat(RawClient.body(all(THREE.cut(afterTokens(0)), false))).isEmpty();
  }

  @Test
  void aResetIsNoEnd() throws Exception {
    for (Script script : List.of(THREE.reset(afterTokens(1)), Script.reset())) {
      assertThatThrownBy(() -> all(script, true)).isInstanceOf(SocketException.class);
      assertThat(last().awaitEnd(SOON)).isEqualTo(RecordedRequest.End.FAULTED);
    }
    assertThat(all(Script.drop(), true)).isEmpty();
  }

  @Test
  void aStallHoldsTheConnectionAndSeesTheClientLeave() throws Exception {
    server.otherwise(THREE.stall(afterTokens(1)));
    Tries.within(
        Duration.ofMillis(250),
        () -> {
          long left;
          try (var client = new RawClient(server)) {
            client.ask(true).readUntil("\"one\"");
            assertThat(client.readUntilQuiet(150)).doesNotContain(" two");
            assertThat(last().end()).isEqualTo(RecordedRequest.End.RUNNING);
            left = System.nanoTime();
          }
          assertThat(last().awaitEnd(SOON)).isEqualTo(RecordedRequest.End.CANCELLED);
          return Duration.ofNanos(last().endNanoTime() - left);
        });
  }

  @Test
  void aClientThatResetsIsSeenToo() throws Exception {
    server.script(Script.hang());
    try (var client = new RawClient(server)) {
      client.ask(false);
      assertThat(server.awaitCount(1, SOON)).isTrue();
      assertThat(client.readUntilQuiet(100)).isEmpty();
      client.socket.setSoLinger(true, 0);
    }
    assertThat(last().awaitEnd(SOON)).isEqualTo(RecordedRequest.End.CANCELLED);
    assertThat(last().status()).isZero();
  }

  @Test
  void aStallOfATimeGoesOn() throws Exception {
    long start = System.nanoTime();
    assertThat(whole(THREE.stall(afterTokens(1), Duration.ofMillis(120)), true)).contains("[DONE]");
    assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(120).toNanos());
  }

  @Test
  void aTruncatedStreamEndsWellForHttpAlone() throws Exception {
    for (Script script : List.of(THREE.truncate(afterTokens(1)), THREE.withoutTerminal())) {
      assertThat(whole(script, true)).doesNotContain("[DONE]").endsWith("\r\n0\r\n\r\n");
      assertThat(last().end()).isEqualTo(RecordedRequest.End.ANSWERED);
    }
  }

  @Test
  void chunksCanBeBroken() throws Exception {
    assertThat(all(THREE.badChunk(afterTokens(1)), true)).endsWith("zz\r\nno chunk\r\n");
    assertThat(all(THREE.truncatedChunk(afterTokens(1)), true)).endsWith("40\r\ndata: {\"id\":");
    assertThat(all(THREE.badChunk(afterTokens(0)), false)).endsWith("zz\r\nno chunk\r\n");
  }

  @Test
  void aMalformedEventStandsBetweenGoodOnes() throws Exception {
    String stream = RawClient.dechunk(whole(THREE.malformed(afterTokens(1)), true));
    assertThat(stream).contains("data: {\"id\":\"broken\",\"choices\":[{\"ind\n\ndata: {\"id\"");
    assertThat(stream).contains(" two").contains("[DONE]");
  }

  @Test
  void severalFaultsHappenInTurn() throws Exception {
    String reply =
        all(
            THREE
                .stall(afterTokens(1), Duration.ofMillis(10))
                .malformed(afterTokens(1))
                .cut(afterTokens(2)),
            true);
    assertThat(reply).contains("broken").contains(" two").doesNotContain(" three");
  }

  @Test
  void piecesOfBytesAreChunksOfTheirOwn() throws Exception {
    String plain = RawClient.dechunk(whole(THREE, true));
    String split = whole(THREE.split(1), true);
    assertThat(RawClient.body(split)).startsWith("1\r\nd\r\n1\r\na\r\n1\r\nt\r\n");
    assertThat(RawClient.dechunk(split).length()).isEqualTo(plain.length());
  }

  @Test
  void aSplitInTwoPausesThere() throws Exception {
    server.script(THREE.framing(Framing.DEFAULT.withSplitAt(10, Duration.ofMinutes(1))));
    try (var client = new RawClient(server)) {
      assertThat(RawClient.body(client.ask(true).readUntil("\r\n\r\na\r\ndata: {\"id\r\n")))
          .hasSize(3 + 10 + 2);
      assertThat(client.readUntilQuiet(100)).isEmpty();
    }
    long start = System.nanoTime();
    assertThat(whole(THREE.framing(Framing.DEFAULT.withSplitAt(10, Duration.ofMillis(300))), true))
        .contains("[DONE]");
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(300_000_000L);
  }

  @Test
  void framesAreWrittenAsTheScriptSays() throws Exception {
    String odd =
        RawClient.dechunk(
            whole(
                THREE.framing(
                    Framing.DEFAULT
                        .withBom()
                        .withLineEnd("\r")
                        .withPadding(3)
                        .withComments()
                        .withUnknowns()),
                true));
    assertThat(odd)
        .startsWith("\uFEFF: keep-alive\r\revent: x.unheard_of\rdata: {")
        .contains("   }\r\r")
        .contains("\"x_unheard_of\":")
        .endsWith("data: [DONE]\r\r")
        .doesNotContain("\n");
  }

  @Test
  void timesAreKept() throws Exception {
    server.script(
        THREE
            .headersAfter(Duration.ofMillis(60))
            .firstTokenAfter(Duration.ofMillis(160))
            .tokenEvery(Duration.ofMillis(50)));
    try (var client = new RawClient(server)) {
      long start = System.nanoTime();
      client.ask(true);
      client.socket.getInputStream().read();
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(60_000_000L);
      var text = new StringBuilder();
      while (!text.toString().contains("\"one\"")) {
        text.append((char) client.socket.getInputStream().read());
      }
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(160_000_000L);
      while (!text.toString().contains(" three")) {
        text.append((char) client.socket.getInputStream().read());
      }
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(260_000_000L);
    }
  }

  @Test
  void aWholeReplyTakesAsLongAsItsStream() throws Exception {
    server.script(THREE.firstTokenAfter(Duration.ofMillis(40)).tokenEvery(Duration.ofMillis(30)));
    try (var client = new RawClient(server)) {
      long start = System.nanoTime();
      assertThat(client.ask(false).readReply()).contains("one two three");
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(130_000_000L);
    }
  }

  @Test
  void aReplyCanSayThatItIsTheLast() throws Exception {
    for (Script script : List.of(THREE, THREE.headersAfter(Duration.ofMillis(1)))) {
      assertThat(all(script.header("Connection", "close"), false)).contains("one two three");
      assertThat(last().end()).isEqualTo(RecordedRequest.End.ANSWERED);
    }
  }

  @Test
  void aConnectionServesManyRequestsPipelinedToo() throws Exception {
    server.otherwise(THREE.firstTokenAfter(Duration.ofMillis(5)));
    String request =
        RawClient.post(
            "/openai/v1/chat/completions", RawClient.chat("hi", false), "Authorization: Bearer k");
    try (var client = new RawClient(server)) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.send(request).readReply()).contains("one two three");
      }
      client.send(request + request);
      assertThat(client.readReply()).contains("one two three");
      assertThat(client.readReply()).contains("one two three");
      assertThat(server.connections()).isEqualTo(1);
      client.send(request.replace("Host: x", "Connection: close"));
      assertThat(client.readAll()).contains("one two three");
    }
    assertThat(server.requests())
        .hasSize(6)
        .allSatisfy(r -> assertThat(r.end()).isEqualTo(RecordedRequest.End.ANSWERED));
  }

  @Test
  void bodiesComeInChunksAndAfterAskingToo() throws Exception {
    String body = RawClient.chat("déjà", false);
    byte[] utf8 = body.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    String head = "POST /openai/v1/chat/completions HTTP/1.1\r\nAuthorization: Bearer k\r\n";
    try (var client = new RawClient(server)) {
      client.send(head + "Expect: 100-continue\r\nContent-Length: " + utf8.length + "\r\n\r\n");
      assertThat(client.readUntil("\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      client.send(body);
      assertThat(client.readReply()).contains("200 OK");
      String first = body.substring(0, 20);
      String rest = body.substring(20);
      client.send(
          head
              + "Transfer-Encoding: chunked\r\n\r\n14\r\n"
              + first
              + "\r\n"
              + Integer.toHexString(utf8.length - 20)
              + ";x=y\r\n"
              + rest
              + "\r\n0\r\nTrailer: z\r\n\r\n");
      assertThat(client.readReply()).contains("200 OK");
    }
    assertThat(server.requests()).allSatisfy(r -> assertThat(r.body()).isEqualTo(body));
  }

  @Test
  void whatIsNotHttpEndsTheConnection() throws Exception {
    try (var client = new RawClient(server)) {
      assertThat(client.send("hello\r\n\r\n").readAll()).isEmpty();
    }
    assertThat(server.count()).isZero();
  }

  @Test
  void aMistakeInAScriptIsTold() throws Exception {
    server.when(Match.dialect(Dialect.GEMINI)).always(Script.toolCall("f", "no json"));
    try (var client = new RawClient(server)) {
      client.send(
          RawClient.post(
              "/gemini/v1beta/models/m:generateContent",
              "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}",
              "x-goog-api-key: k"));
      assertThat(client.readReply())
          .contains("500 Internal Server Error")
          .contains("the script cannot be played")
          .contains("expected arguments in JSON");
    }
  }

  @Test
  void theServerClosesWhatIsOpen() throws Exception {
    server.script(Script.hang());
    try (var client = new RawClient(server)) {
      client.ask(false);
      assertThat(server.awaitCount(1, SOON)).isTrue();
      server.close();
      assertThat(last().awaitEnd(SOON)).isEqualTo(RecordedRequest.End.CANCELLED);
      try {
        assertThat(client.readAll()).isEmpty();
      } catch (SocketException e) {
        // a reset tells the same
      }
    }
  }
}
