package dev.gatun.gateway.analyze;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.chat.Fields;
import java.util.List;
import java.util.OptionalLong;

/** Shapes in requests: {@code 784} or {@code [3, 224, 224]}. */
final class Shapes {
  private static final int MOST_AXES = 16;

  private Shapes() {}

  /**
   * The shape of a member.
   *
   * @throws dev.gatun.gateway.http.Problem 400 when it is none
   */
  static long[] of(Fields f, String name) {
    String expected = "a whole number from 0 to 2^31, or up to " + MOST_AXES + " of them";
    Json value = f.object().members().get(name);
    List<Json> elements =
        value instanceof Json.Arr a ? a.elements() : value == null ? List.of() : List.of(value);
    if (elements.isEmpty() || elements.size() > MOST_AXES) {
      throw f.wrong(name, expected);
    }
    long[] out = new long[elements.size()];
    for (int i = 0; i < out.length; i++) {
      OptionalLong v = elements.get(i) instanceof Json.Num n ? n.integer() : OptionalLong.empty();
      if (v.isEmpty() || v.getAsLong() < 0 || v.getAsLong() > 1L << 31) {
        throw f.wrong(name, expected);
      }
      out[i] = v.getAsLong();
    }
    return out;
  }
}
