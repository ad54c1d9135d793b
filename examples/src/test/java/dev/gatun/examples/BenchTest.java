package dev.gatun.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command line says of arguments that bench cannot use. */
final class BenchTest {
  @ParameterizedTest
  @CsvSource({
    "bench nonsense, 'There is no bench \"nonsense\"'",
    "bench gemm --only [, '--only takes a regular expression'",
    "bench gemm --only 3x3x3, 'No case has \"3x3x3\" in its name'",
    "bench gemm --threads 0, '--threads must be at least 1, got 0'",
    "bench gemm --warmup -1, '--warmup must be from 0 to 600 seconds, got -1.0'",
    "bench gemm --peer numpy, 'There is no peer \"numpy\"; there are libtorch-mkl'",
  })
  void saysInOneSentence(String arguments, String sentence) {
    Cli cli = Cli.run(arguments.split(" ", -1));
    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err().lines()).singleElement().asString().contains(sentence);
  }
}
