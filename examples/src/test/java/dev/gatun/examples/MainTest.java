package dev.gatun.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MainTest {
  @Test
  void runsInTheModule() {
    assertThat(Main.class.getModule().getName()).isEqualTo("dev.gatun.examples");
  }

  @Test
  void namesTheCommandsWhenNoneIsGiven() {
    Cli cli = Cli.run();
    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.err()).contains("train", "doctor", "conformance", "bench");
    assertThat(cli.out()).isEmpty();
  }

  @Test
  void doctorSaysThatTheDevicesWork() {
    Cli cli = Cli.run("doctor");
    assertThat(cli.status()).isZero();
    assertThat(cli.lines())
        .anyMatch(line -> line.startsWith("cpu      works"))
        .anyMatch(line -> line.startsWith("scalar   works"));
  }

  @Test
  void doctorSpeaksJson() {
    Cli cli = Cli.run("doctor", "--json");
    assertThat(cli.lines()).allMatch(line -> line.startsWith("{\"event\":") && line.endsWith("}"));
    assertThat(cli.lines()).anyMatch(line -> line.contains("\"device\":\"cpu\",\"usable\":true"));
  }
}
