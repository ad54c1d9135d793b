package dev.gatun.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MainTest {
  @Test
  void runsInTheModule() {
    assertThat(Main.class.getModule().getName()).isEqualTo("dev.gatun.examples");
  }
}
