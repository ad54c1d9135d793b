package dev.gatun.ai.provider.dialect;

import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Usage;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.EmbeddingCall;
import dev.gatun.ai.spi.EmbeddingReply;
import dev.gatun.ai.spi.RateLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A format of embedding requests and answers. */
public enum Embeddings {
  /** OpenAI's. */
  OPENAI {
    @Override
    public String path(EmbeddingCall call) {
      return "embeddings";
    }

    @Override
    public Json.Obj request(EmbeddingCall call) {
      Json.ObjectBuilder b =
          Json.object()
              .put("model", call.model().ref().model())
              .put("input", Json.strings(call.request().inputs()))
              .put("encoding_format", "float");
      call.request().dimensions().ifPresent(d -> b.put("dimensions", d));
      return b.build();
    }

    @Override
    public EmbeddingReply reply(Json.Obj body, int count, RateLimits limits, ModelRef at) {
      Errors.throwIfError(body, at);
      float[][] vectors = new float[count][];
      for (Json j : body.array("data")) {
        if (j instanceof Json.Obj o) {
          long index = o.integer("index").orElse(-1);
          if (index >= 0 && index < count) {
            vectors[(int) index] = numbers(o.array("embedding"), at);
          }
        }
      }
      long tokens = body.object("usage").integer("prompt_tokens").orElse(0);
      return new EmbeddingReply(
          body.string("model").orElse(at.model()),
          complete(vectors, at),
          new Usage(tokens, 0, 0, 0, 0, 0, 0, 1, Optional.empty(), false),
          limits);
    }
  },
  /** Gemini's batchEmbedContents. It tells no usage. */
  GEMINI {
    @Override
    public String path(EmbeddingCall call) {
      return "v1beta/models/" + call.model().ref().model() + ":batchEmbedContents";
    }

    @Override
    public Json.Obj request(EmbeddingCall call) {
      List<Json> requests = new ArrayList<>();
      for (String input : call.request().inputs()) {
        Json.ObjectBuilder b =
            Json.object()
                .put("model", "models/" + call.model().ref().model())
                .put(
                    "content",
                    Json.object("parts", Json.array(Json.object("text", Json.of(input)))));
        call.request().dimensions().ifPresent(d -> b.put("outputDimensionality", d));
        requests.add(b.build());
      }
      return Json.object("requests", new Json.Arr(requests));
    }

    @Override
    public EmbeddingReply reply(Json.Obj body, int count, RateLimits limits, ModelRef at) {
      Errors.throwIfError(body, at);
      float[][] vectors = new float[count][];
      List<Json> all = body.array("embeddings");
      for (int i = 0; i < Math.min(count, all.size()); i++) {
        if (all.get(i) instanceof Json.Obj o) {
          vectors[i] = numbers(o.array("values"), at);
        }
      }
      return new EmbeddingReply(at.model(), complete(vectors, at), Usage.NONE, limits);
    }
  };

  /** The path of a request under the provider's base URL. */
  public abstract String path(EmbeddingCall call);

  /** The body of a request. */
  public abstract Json.Obj request(EmbeddingCall call);

  /**
   * An answer.
   *
   * @param count how many vectors were asked for
   * @throws dev.gatun.ai.error.AiException when it says an error or a vector is missing
   */
  public abstract EmbeddingReply reply(Json.Obj body, int count, RateLimits limits, ModelRef at);

  private static float[] numbers(List<Json> values, ModelRef at) {
    float[] vector = new float[values.size()];
    for (int i = 0; i < vector.length; i++) {
      if (!(values.get(i) instanceof Json.Num n)) {
        throw Errors.malformed(at, "has an embedding that is not numbers");
      }
      vector[i] = Float.parseFloat(n.literal());
    }
    return vector;
  }

  private static List<float[]> complete(float[][] vectors, ModelRef at) {
    List<float[]> list = new ArrayList<>();
    for (float[] v : vectors) {
      if (v == null || v.length == 0) {
        throw Errors.malformed(at, "has fewer embeddings than texts were sent");
      }
      list.add(v);
    }
    return list;
  }
}
