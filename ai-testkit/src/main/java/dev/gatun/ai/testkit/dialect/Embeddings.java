package dev.gatun.ai.testkit.dialect;

import dev.gatun.ai.testkit.Content;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.RecordedRequest;
import dev.gatun.ai.testkit.Script;
import dev.gatun.ai.testkit.Tokens;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Vectors: the script's, or unit vectors that depend on the text alone. */
final class Embeddings {
  private Embeddings() {}

  static Map<String, @Nullable Object> body(RecordedRequest request, Script script) {
    return request.dialect() == Dialect.GEMINI ? gemini(request, script) : openAi(request, script);
  }

  private static Map<String, @Nullable Object> openAi(RecordedRequest request, Script script) {
    Map<String, @Nullable Object> json = request.json();
    List<String> inputs = new ArrayList<>();
    Object input = json.get("input");
    if (input instanceof String text) {
      inputs.add(text);
    } else {
      List<@Nullable Object> list = Json.list(input);
      if (!list.isEmpty() && list.getFirst() instanceof Number) {
        inputs.add(list.toString()); // one input, given as tokens
      } else {
        for (Object item : list) {
          inputs.add(item instanceof String text ? text : String.valueOf(item));
        }
      }
    }
    int usual = request.model().contains("large") ? 3072 : 1536;
    int dimensions = (int) Json.number(json.get("dimensions"), usual);
    boolean base64 = "base64".equals(json.get("encoding_format"));
    var data = new ArrayList<@Nullable Object>();
    long characters = 0;
    for (int i = 0; i < inputs.size(); i++) {
      characters += inputs.get(i).length();
      float[] vector = vector(script, i, inputs.get(i), dimensions);
      data.add(
          Json.obj(
              "object", "embedding", "index", i, "embedding", base64 ? base64(vector) : vector));
    }
    Tokens tokens = script.details().tokens();
    long used = tokens == null ? Math.max(1, Pieces.tokens(characters)) : tokens.prompt();
    return Json.obj(
        "object",
        "list",
        "data",
        data,
        "model",
        request.model(),
        "usage",
        Json.obj("prompt_tokens", used, "total_tokens", used));
  }

  private static Map<String, @Nullable Object> gemini(RecordedRequest request, Script script) {
    List<@Nullable Object> requests = Json.list(request.json().get("requests"));
    boolean batch = !requests.isEmpty();
    var vectors = new ArrayList<@Nullable Object>();
    for (Object one : batch ? requests : List.<@Nullable Object>of(request.json())) {
      var map = Json.map(one);
      var text = new StringBuilder();
      for (Object part : Json.list(Json.map(map.get("content")).get("parts"))) {
        text.append(Json.string(Json.map(part).get("text")));
      }
      long dimensions = Json.number(map.get("outputDimensionality"), -1);
      if (dimensions < 0) {
        dimensions =
            Json.number(Json.map(map.get("embedContentConfig")).get("outputDimensionality"), 3072);
      }
      vectors.add(
          Json.obj("values", vector(script, vectors.size(), text.toString(), (int) dimensions)));
    }
    return batch ? Json.obj("embeddings", vectors) : Json.obj("embedding", vectors.getFirst());
  }

  private static float[] vector(Script script, int i, String text, int dimensions) {
    if (script.content() instanceof Content.Vectors(List<float[]> vectors)) {
      return vectors.get(i % vectors.size());
    }
    var vector = new float[dimensions];
    long state = text.hashCode() * 0x9E3779B97F4A7C15L;
    double squares = 0;
    for (int d = 0; d < dimensions; d++) {
      state ^= state << 13; // xorshift (Marsaglia 2003)
      state ^= state >>> 7;
      state ^= state << 17;
      vector[d] = (state >> 40) * 0x1p-23f + 0x1p-24f;
      squares += (double) vector[d] * vector[d];
    }
    for (int d = 0; d < dimensions; d++) {
      vector[d] = (float) (vector[d] / Math.sqrt(squares));
    }
    return vector;
  }

  private static String base64(float[] vector) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float x : vector) {
      bytes.putFloat(x);
    }
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
