package dev.gatun.gateway.chat;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.DataPolicy;
import dev.gatun.ai.EmbeddingRequest;
import dev.gatun.ai.EmbeddingResponse;
import dev.gatun.ai.json.Json;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.http.Exchange;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** {@code POST /v1/embeddings}, in OpenAI's format. */
public final class Embeddings {
  private final AiClient client;
  private final Models models;

  /** Answers by a client. */
  public Embeddings(AiClient client, Models models) {
    this.client = client;
    this.models = models;
  }

  /** Answers a request. */
  public void handle(Exchange exchange, Principal principal) {
    Fields f = Fields.of(exchange.json());
    List<String> inputs = f.texts("input");
    if (inputs.isEmpty() || inputs.stream().anyMatch(String::isEmpty)) {
      throw f.wrong("input", "a text or an array of texts, none of them empty");
    }
    String encoding = f.optionalText("encoding_format").orElse("float");
    if (!encoding.equals("float") && !encoding.equals("base64")) {
      throw f.wrong("encoding_format", "float or base64");
    }
    EmbeddingRequest request =
        new EmbeddingRequest(
            inputs,
            models.resolve(f.text("model"), principal),
            f.integer("dimensions", 1),
            Optional.empty(),
            principal.tenant(),
            DataPolicy.DEFAULT);
    exchange.interruptWhenClientLeaves();
    EmbeddingResponse r = client.embed(request);
    List<Json> data = new ArrayList<>();
    for (int i = 0; i < r.vectors().size(); i++) {
      float[] vector = r.vectors().get(i);
      data.add(
          Json.object()
              .put("object", "embedding")
              .put("index", i)
              .put("embedding", encoding.equals("float") ? numbers(vector) : base64(vector))
              .build());
    }
    long tokens = r.usage().totalInput();
    exchange.send(
        200,
        Json.object()
            .put("object", "list")
            .put("data", new Json.Arr(data))
            .put("model", r.served().toString())
            .put(
                "usage",
                Json.object().put("prompt_tokens", tokens).put("total_tokens", tokens).build())
            .build());
  }

  private static Json numbers(float[] vector) {
    List<Json> list = new ArrayList<>(vector.length);
    for (float v : vector) {
      list.add(new Json.Num(Float.toString(v)));
    }
    return new Json.Arr(list);
  }

  /** Little-endian 32-bit floats. */
  private static Json base64(float[] vector) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return Json.of(Base64.getEncoder().encodeToString(bytes.array()));
  }
}
