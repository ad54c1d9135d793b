package dev.gatun.gateway.train;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.chat.Fields;

/**
 * What is known of a trained model.
 *
 * @param id random, or the training job's; the key of its weights too
 * @param name what it is called
 * @param document how rows become numbers, its network, how good it is
 * @param bytes the size of its weights
 * @param created milliseconds since 1970
 */
record TrainedModel(String id, String name, Json.Obj document, long bytes, long created) {
  /** How rows become numbers. */
  Encoder encoder() {
    return Encoder.of(document.object("encoding"));
  }

  /** Its layers. */
  TrainSpec.Network network() {
    return TrainSpec.Network.read(Fields.of(document.object("network")));
  }

  /** As OpenAI lists models. */
  Json.Obj listed() {
    return Json.object()
        .put("id", id)
        .put("object", "model")
        .put("created", created / 1000)
        .put("owned_by", "tenant")
        .put("name", name)
        .build();
  }

  /** Everything. */
  Json.Obj json() {
    Json.Obj out = listed().with("bytes", Json.of(bytes));
    for (var member : document.members().entrySet()) {
      out = out.with(member.getKey(), member.getValue());
    }
    return out;
  }
}
