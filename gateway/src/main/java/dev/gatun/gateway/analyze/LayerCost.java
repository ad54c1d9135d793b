package dev.gatun.gateway.analyze;

import dev.gatun.ai.json.Json;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A layer, and what it costs for one example.
 *
 * @param name its place, such as {@code layers[2]}
 * @param type as it was given
 * @param output the shape of its output without the batch; null when unknown
 * @param parameters trainable numbers
 * @param multiplyAdds for one example; -1 when unknown, because the input's shape is
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record LayerCost(
    String name, String type, long @Nullable [] output, long parameters, long multiplyAdds) {
  /** The numbers that training keeps of one example; 0 when unknown. */
  long activations() {
    return output == null ? 0 : Dims.product(output);
  }

  Json.Obj json() {
    Json.ObjectBuilder b =
        Json.object().put("name", name).put("type", type).put("parameters", parameters);
    if (output != null) {
      b.put("output_shape", Dims.json(output));
    }
    if (multiplyAdds >= 0) {
      b.put("multiply_adds", multiplyAdds);
    }
    return b.build();
  }

  @Override
  public String toString() {
    return name + " " + type + (output == null ? "" : " " + Arrays.toString(output));
  }
}
