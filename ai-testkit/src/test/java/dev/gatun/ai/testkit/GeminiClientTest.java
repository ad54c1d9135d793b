package dev.gatun.ai.testkit;

import static dev.gatun.ai.testkit.Position.afterTokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.genai.Client;
import com.google.genai.ResponseStream;
import com.google.genai.errors.ApiException;
import com.google.genai.errors.ClientException;
import com.google.genai.errors.ServerException;
import com.google.genai.types.BlockedReason;
import com.google.genai.types.EmbedContentConfig;
import com.google.genai.types.FinishReason;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import com.google.genai.types.Schema;
import com.google.genai.types.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Google's own client takes what the server says. */
class GeminiClientTest {
  private static final String MODEL = "gemini-2.5-flash";
  private static final Duration SOON = Duration.ofSeconds(5);

  private final ScriptedServer server = ScriptedServer.start();
  private final Client client =
      Client.builder()
          .apiKey("AIza-test")
          .vertexAI(false)
          .httpOptions(
              HttpOptions.builder()
                  .baseUrl(server.baseUrl(Dialect.GEMINI))
                  .retryOptions(
                      HttpRetryOptions.builder()
                          .attempts(1)
                          .initialDelay(0.001)
                          .maxDelay(0.001)
                          .build())
                  .build())
          .build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private GenerateContentResponse whole() {
    return client.models.generateContent(MODEL, "What is Gatun?", null);
  }

  private List<GenerateContentResponse> streamed() {
    var chunks = new ArrayList<GenerateContentResponse>();
    try (ResponseStream<GenerateContentResponse> stream =
        client.models.generateContentStream(MODEL, "What is Gatun?", null)) {
      stream.forEach(chunks::add);
    }
    return chunks;
  }

  private void assertSame() {
    GenerateContentResponse whole = whole();
    List<GenerateContentResponse> chunks = streamed();
    var text = new StringBuilder();
    var thoughts = new StringBuilder();
    var calls = new ArrayList<FunctionCall>();
    for (GenerateContentResponse chunk : chunks) {
      for (var part : chunk.parts()) {
        (part.thought().orElse(false) ? thoughts : text).append(part.text().orElse(""));
        part.functionCall().ifPresent(calls::add);
      }
    }
    var wholeText = new StringBuilder();
    var wholeThoughts = new StringBuilder();
    for (var part : whole.parts()) {
      (part.thought().orElse(false) ? wholeThoughts : wholeText).append(part.text().orElse(""));
    }
    assertThat(text.toString()).isEqualTo(wholeText.toString());
    assertThat(thoughts.toString()).isEqualTo(wholeThoughts.toString());
    assertThat(calls).isEqualTo(whole.functionCalls() == null ? List.of() : whole.functionCalls());
    assertThat(chunks.getLast().usageMetadata()).isEqualTo(whole.usageMetadata());
    assertThat(chunks.getLast().finishReason().knownEnum())
        .isEqualTo(whole.finishReason().knownEnum());
    assertThat(chunks.getLast().modelVersion()).isEqualTo(whole.modelVersion());
  }

  @Test
  void aStreamAddsUpToTheWholeReply() {
    server.otherwise(
        Script.parts(
            new Part.Thinking("Hm, a lake.", "c2lnbmVk"),
            new Part.Text("Gatun is a lake: déjà vu 🚢."),
            new Part.ToolCall(null, "weather", "{\"city\":\"Colón\",\"days\":3}"),
            new Part.ToolCall(null, "tide", "{}")));
    assertSame();
    GenerateContentResponse whole = whole();
    assertThat(whole.functionCalls().getFirst().args().orElseThrow())
        .isEqualTo(Map.of("city", "Colón", "days", 3));
    // Gemini says STOP, with calls too.
    assertThat(whole.finishReason().knownEnum()).isEqualTo(FinishReason.Known.STOP);
    assertThat(whole.parts().stream().filter(p -> p.thoughtSignature().isPresent())).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aStreamInPiecesOfFewBytesIsTheSame(int bytes) {
    server.otherwise(Script.reply("déjà vu 🚢 again").split(bytes));
    assertSame();
  }

  @Test
  void usageExcludesThoughtsFromTheCandidates() {
    server.otherwise(Script.reply("x").tokens(Tokens.of(8, 7).withReasoning(21).withCacheRead(3)));
    assertSame();
    var usage = whole().usageMetadata().orElseThrow();
    assertThat(usage.promptTokenCount()).hasValue(11);
    assertThat(usage.cachedContentTokenCount()).hasValue(3);
    assertThat(usage.candidatesTokenCount()).hasValue(7);
    assertThat(usage.thoughtsTokenCount()).hasValue(21);
    assertThat(usage.totalTokenCount()).hasValue(39);
  }

  @Test
  void structuredOutputFulfilsTheSchema() {
    var schema =
        Schema.builder()
            .type(Type.Known.OBJECT)
            .properties(
                Map.of(
                    "name", Schema.builder().type(Type.Known.STRING).build(),
                    "length", Schema.builder().type(Type.Known.INTEGER).minimum(100.0).build()))
            .required("name", "length")
            .build();
    var config =
        GenerateContentConfig.builder()
            .responseMimeType("application/json")
            .responseSchema(schema)
            .build();
    String text = client.models.generateContent(MODEL, "A ship.", config).text();
    assertThat(text).contains("\"name\":\"sample name\"").contains("\"length\":100");
  }

  @ParameterizedTest
  @CsvSource({
    "LENGTH, MAX_TOKENS",
    "CONTENT_FILTER, SAFETY",
    "REFUSAL, PROHIBITED_CONTENT",
    "MALFORMED_CALL, MALFORMED_FUNCTION_CALL",
  })
  void reasonsAreTheDialects(Finish finish, String reason) {
    server.otherwise(Script.reply("x").finish(finish));
    assertThat(whole().finishReason().toString()).isEqualTo(reason);
    assertThat(streamed().getLast().finishReason().toString()).isEqualTo(reason);
  }

  @Test
  void aBlockedPromptHasNoCandidate() {
    server.otherwise(Script.fail(Failure.CONTENT_FILTER));
    for (GenerateContentResponse response : List.of(whole(), streamed().getFirst())) {
      assertThat(response.candidates()).isEmpty();
      assertThat(response.promptFeedback().orElseThrow().blockReason().orElseThrow().knownEnum())
          .isEqualTo(BlockedReason.Known.PROHIBITED_CONTENT);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_REQUEST, 400, INVALID_ARGUMENT",
    "CONTEXT_LENGTH, 400, INVALID_ARGUMENT",
    "AUTHENTICATION, 400, INVALID_ARGUMENT",
    "QUOTA, 429, RESOURCE_EXHAUSTED",
    "PERMISSION, 403, PERMISSION_DENIED",
    "MODEL_NOT_FOUND, 404, NOT_FOUND",
    "RATE_LIMIT, 429, RESOURCE_EXHAUSTED",
    "OVERLOADED, 503, UNAVAILABLE",
    "SERVER, 500, INTERNAL",
    "TIMEOUT, 504, DEADLINE_EXCEEDED",
  })
  void errorsBecomeTheClientsExceptions(Failure failure, int status, String name) {
    server.otherwise(Script.fail(failure));
    for (boolean stream : new boolean[] {false, true}) {
      var thrown =
          catchThrowableOfType(
              ApiException.class,
              () -> {
                if (stream) {
                  streamed();
                } else {
                  whole();
                }
              });
      assertThat(thrown).isInstanceOf(status < 500 ? ClientException.class : ServerException.class);
      assertThat(thrown.code()).isEqualTo(status);
      assertThat(thrown.status()).isEqualTo(name);
    }
  }

  @Test
  void anErrorChunkInAStreamThrows() {
    server.script(
        Script.reply("one two").failAt(afterTokens(1), Failure.OVERLOADED),
        Script.fail(Failure.OVERLOADED).status(200));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(this::streamed)
          .isInstanceOfSatisfying(
              ServerException.class, e -> assertThat(e.status()).isEqualTo("UNAVAILABLE"));
    }
  }

  @Test
  void aKeyThatIsNotGoodIsRefused() {
    server.keys(Dialect.GEMINI, "AIza-other");
    assertThatThrownBy(this::whole)
        .isInstanceOf(ClientException.class)
        .hasMessageContaining("API key not valid");
  }

  @Test
  void closingAStreamIsSeenAtOnce() throws Exception {
    server.otherwise(Script.lorem(1000).tokenEvery(Duration.ofMillis(20)));
    Tries.within(
        Duration.ofMillis(250),
        () -> {
          var stream = client.models.generateContentStream(MODEL, "x", null);
          var chunks = stream.iterator();
          chunks.next();
          chunks.next();
          long closed = System.nanoTime();
          stream.close();
          RecordedRequest request = server.requests().getLast();
          assertThat(request.awaitEnd(SOON)).isEqualTo(RecordedRequest.End.CANCELLED);
          return Duration.ofNanos(request.endNanoTime() - closed);
        });
  }

  @Test
  void embeddingsAreUnitVectorsOfTheText() {
    var reply =
        client.models.embedContent(
            "gemini-embedding-001",
            List.of("lake", "lock", "lake"),
            EmbedContentConfig.builder().outputDimensionality(32).build());
    var vectors = reply.embeddings().orElseThrow();
    assertThat(vectors).hasSize(3);
    assertThat(vectors.get(0).values().orElseThrow())
        .hasSize(32)
        .isEqualTo(vectors.get(2).values().orElseThrow())
        .isNotEqualTo(vectors.get(1).values().orElseThrow());
    server.script(Script.vectors(new float[] {0.25f, -1f}));
    assertThat(
            client
                .models
                .embedContent("gemini-embedding-001", "lake", null)
                .embeddings()
                .orElseThrow()
                .getFirst()
                .values())
        .hasValue(List.of(0.25f, -1f));
  }

  @Test
  void tokensAreCountedAndModelsListed() {
    assertThat(client.models.countTokens(MODEL, "12345678", null).totalTokens()).hasValue(2);
    assertThat(client.models.list(null))
        .anySatisfy(model -> assertThat(model.name()).hasValue("models/" + MODEL));
  }
}
