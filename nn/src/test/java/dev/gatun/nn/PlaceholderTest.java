package dev.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PlaceholderTest {
  @Test
  void writesJson() {
    assertThat(Placeholder.json("gatun")).isEqualTo("{\"name\":\"gatun\"}");
  }
}
