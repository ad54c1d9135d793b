package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TensorTextTest {

  record Golden(String head, String values, String text) {
    @Override
    public String toString() {
      return head;
    }
  }

  /** What NumPy printed, recorded. */
  static List<Golden> goldens() throws IOException {
    try (var in =
        Objects.requireNonNull(TensorTextTest.class.getResourceAsStream("numpy-text.txt"))) {
      String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<Golden> out = new ArrayList<>();
      for (String part : all.substring(all.indexOf("\n== ") + 1).split("(?m)^== ", -1)) {
        if (!part.isEmpty()) {
          String[] lines = part.split("\n", 3);
          String text = lines[2].stripTrailing();
          out.add(new Golden(lines[0], lines[1], text));
        }
      }
      return out;
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void printsWhatNumpyPrints(Golden golden) {
    String[] head = golden.head().split(" ", -1);
    double[] values =
        Arrays.stream(golden.values().split(" ", -1))
            .filter(s -> !s.isEmpty())
            .mapToDouble(
                s -> Double.parseDouble(s.replace("inf", "Infinity").replace("nan", "NaN")))
            .toArray();
    long[] sizes =
        Arrays.stream(head[2].replaceAll("[\\[\\]]", "").split(",", -1))
            .filter(s -> !s.isEmpty())
            .mapToLong(Long::parseLong)
            .toArray();
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(values).to(DType.of(head[0])).reshape(Shape.of(sizes));
      assertThat(x.toText(Integer.parseInt(head[1]))).isEqualTo(golden.text());
    }
  }

  @Test
  void thereAreGoldens() throws IOException {
    assertThat(goldens()).hasSizeGreaterThan(90);
  }

  @Test
  void bfloat16HasItsOwnShortestDigits() {
    try (Scope _ = Scope.open()) {
      assertThat(Tensor.of(0.1, 3.14159).to(DType.BFLOAT16).toText()).isEqualTo("[0.1  3.14]");
    }
  }

  @Test
  void aPrecisionIsNotNegative() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(1f, 2f);
      assertThatThrownBy(() -> x.toText(-1)).hasMessage("precision must be at least 0, got -1");
    }
  }
}
