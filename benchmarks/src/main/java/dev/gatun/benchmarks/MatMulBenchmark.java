package dev.gatun.benchmarks;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Generator;
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

/** The float32 matrix product of two tensors. A product takes {@code 2·M·K·N} operations. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class MatMulBenchmark {
  /** M×K×N. */
  @Param({"64x64x64", "256x256x256", "512x512x512", "1024x1024x1024", "64x784x512"})
  private String sizes = "64x64x64";

  private Tensor a = Tensor.scalar(0);
  private Tensor b = Tensor.scalar(0);

  /** Makes a benchmark. */
  public MatMulBenchmark() {}

  /** Makes the operands. */
  @Setup
  public void setUp() {
    String[] s = sizes.split("x", -1);
    a = normal(Shape.of(Long.parseLong(s[0]), Long.parseLong(s[1])));
    b = normal(Shape.of(Long.parseLong(s[1]), Long.parseLong(s[2])));
  }

  static Tensor normal(Shape shape) {
    return Tensor.randn(shape, DType.FLOAT32, Gatun.defaultDevice(), new Generator(1));
  }

  /** Frees the operands. */
  @TearDown
  public void tearDown() {
    a.close();
    b.close();
  }

  /** The product, freed at once. */
  @Benchmark
  public void matmul() {
    a.matmul(b).close();
  }
}
