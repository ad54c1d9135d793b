package dev.gatun.ai.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"b\":1,\"a\":[true,false,null,\"x\\n\\u2028\"],\"z\":{}}",
        "[0.10,1e400,-0,123456789012345678901234567890]",
        "\"\"",
        "null",
        "3.0"
      })
  void writesWhatItRead(String text) {
    assertThat(Json.write(Json.parse(text))).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[1,]", "{\"a\":}", "tru", "1 2", "{\"a\":1}}", "{'a':1}"})
  void refusesWhatIsNotJson(String text) {
    assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(Json.JsonSyntaxException.class);
  }

  @Test
  void refusesDeepNesting() {
    assertThatThrownBy(() -> Json.parse("[".repeat(10_000)))
        .isInstanceOf(Json.JsonSyntaxException.class);
  }

  @Test
  void wholeNumbersAreExactOrAbsent() {
    Json.Obj o =
        (Json.Obj)
            Json.parse(
                "{\"a\":9223372036854775807,\"b\":1e3,\"c\":1.5,\"d\":1e999999999,\"e\":\"1\"}");
    assertThat(o.integer("a")).hasValue(Long.MAX_VALUE);
    assertThat(o.integer("b")).hasValue(1000);
    assertThat(o.integer("c")).isEmpty();
    assertThat(o.integer("d")).isEmpty();
    assertThat(o.integer("e")).isEmpty();
  }

  @Test
  void doublesKeepTheirValue() {
    assertThat(Json.write(Json.of(0.1))).isEqualTo("0.1");
    assertThat(Json.write(Json.of(2.0))).isEqualTo("2");
    assertThatThrownBy(() -> Json.of(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
  }
}
