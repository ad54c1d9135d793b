package dev.gatun.benchmarks;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Elementwise operations, reductions and softmax on square float32 tensors. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ElementwiseBenchmark {
  /** Rows and columns: 4096 lies in memory, 256 in the cache. */
  @Param({"256", "4096"})
  private long side = 256;

  private Tensor x = Tensor.scalar(0);
  private Tensor y = Tensor.scalar(0);

  /** Makes a benchmark. */
  public ElementwiseBenchmark() {}

  /** Makes the operands. */
  @Setup
  public void setUp() {
    x = MatMulBenchmark.normal(Shape.of(side, side));
    y = MatMulBenchmark.normal(Shape.of(side, side));
  }

  /** Frees the operands. */
  @TearDown
  public void tearDown() {
    x.close();
    y.close();
  }

  /** {@code x + y}. */
  @Benchmark
  public void add() {
    x.add(y).close();
  }

  /** {@code max(x, 0)}. */
  @Benchmark
  public void relu() {
    x.relu().close();
  }

  /** {@code e^x}. */
  @Benchmark
  public void exp() {
    x.exp().close();
  }

  /** The sum of all elements. */
  @Benchmark
  public void sum() {
    x.sum().close();
  }

  /** Along the last axis. */
  @Benchmark
  public void softmax() {
    x.softmax(-1).close();
  }

  /** A dense copy of the transposed view. */
  @Benchmark
  public void transpose() {
    try (Tensor view = x.t()) {
      view.contiguous().close();
    }
  }
}
