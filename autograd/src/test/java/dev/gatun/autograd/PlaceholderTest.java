package dev.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class PlaceholderTest {
  @Test
  void multiplies() {
    assertThat(Placeholder.answer(new Placeholder.Pair(6, 7))).isEqualTo(42);
  }

  @Test
  void runsInTheModule() {
    assertThat(Placeholder.class.getModule().getName()).isEqualTo("dev.gatun.autograd");
    assertThat(Runtime.version().feature()).isGreaterThanOrEqualTo(25);
  }

  @Test
  @Tag("slow")
  void slow() {
    assertThat(Placeholder.answer("")).isEqualTo(1);
  }
}
