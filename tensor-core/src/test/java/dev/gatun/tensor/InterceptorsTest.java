package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterceptorsTest {

  @Test
  void nanCheckNamesTheOperationAndItsOperands() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(-1f, 4f);
      try (var _ = NanCheck.start()) {
        assertThat(x.abs().sqrt().toFloatArray()).containsExactly(1, 2);
        assertThatThrownBy(() -> x.sqrt().add(1))
            .isInstanceOf(NonFiniteException.class)
            .hasMessageStartingWith("Op sqrt gave 1 NaN and 0 infinite of 2 elements")
            .hasMessageEndingWith("of float32[2] in [-1.0, 4.0]");
        assertThatThrownBy(() -> x.relu().rdiv(1))
            .isInstanceOf(NonFiniteException.class)
            .hasMessageStartingWith("Op div gave 0 NaN and 1 infinite");
      }
      try (var _ = NanCheck.nanOnly()) {
        Tensor inf = x.relu().log();
        assertThat(inf.toFloatArray()[0]).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThatThrownBy(() -> inf.sub(inf))
            .hasMessageContaining("Op sub gave 1 NaN of 2")
            .hasMessageContaining("float32[2] with 1 not finite");
      }
      assertThatCode(() -> x.sqrt()).doesNotThrowAnyException();
    }
  }

  @Test
  void profilerCountsAndTimes() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.ones(Shape.of(8, 8));
      Profiler profiler = Profiler.startSynchronous();
      try (profiler) {
        x.matmul(x).add(x).add(x);
      }
      x.exp();
      assertThat(profiler.entries()).extracting(Profiler.Entry::name).containsOnly("matmul", "add");
      for (Profiler.Entry e : profiler.entries()) {
        assertThat(e.calls()).isEqualTo(e.name().equals("add") ? 2 : 1);
        assertThat(e.elements()).isEqualTo(64 * e.calls());
        assertThat(e.nanos()).isPositive();
      }
      assertThat(profiler.table().lines()).hasSize(3).anyMatch(l -> l.startsWith("matmul "));
    }
  }

  @Test
  void profilerWritesFlightRecorderEvents(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("ops.jfr");
    try (Scope _ = Scope.open();
        Recording recording = new Recording()) {
      recording.start();
      Tensor x = Tensor.ones(Shape.of(2, 3));
      try (var _ = Profiler.start()) {
        x.mul(x);
      }
      x.neg();
      recording.stop();
      recording.dump(file);
    }
    assertThat(RecordingFile.readAllEvents(file))
        .filteredOn(e -> e.getEventType().getName().equals("dev.gatun.Op"))
        .singleElement()
        .satisfies(e -> {
          assertThat(e.getString("operation")).isEqualTo("mul");
          assertThat(e.getString("operands")).isEqualTo("float32[2, 3], float32[2, 3]");
        });
  }
}
