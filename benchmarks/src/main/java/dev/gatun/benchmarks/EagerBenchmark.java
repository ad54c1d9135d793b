package dev.gatun.benchmarks;

import dev.gatun.autograd.Tape;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What an operation on a tiny tensor costs: the way through the engine, not the arithmetic. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class EagerBenchmark {
  private Tensor a = Tensor.scalar(0);
  private Tensor b = Tensor.scalar(0);
  private Tensor square = Tensor.scalar(0);
  private Tensor leaf = Tensor.scalar(0);

  /** Makes a benchmark. */
  public EagerBenchmark() {}

  /** Makes the operands. */
  @Setup
  public void setUp() {
    a = MatMulBenchmark.normal(Shape.of(16));
    b = MatMulBenchmark.normal(Shape.of(16));
    square = MatMulBenchmark.normal(Shape.of(8, 8));
    leaf = MatMulBenchmark.normal(Shape.of(16)).requiresGrad(true);
  }

  /** Frees the operands. */
  @TearDown
  public void tearDown() {
    a.close();
    b.close();
    square.close();
    leaf.close();
  }

  /** Two tensors of 16 elements. */
  @Benchmark
  public void add16() {
    a.add(b).close();
  }

  /** 8×8 times 8×8. */
  @Benchmark
  public void matmul8() {
    square.matmul(square).close();
  }

  /** An addition, its recording and its gradient. */
  @Benchmark
  public void add16Gradient() {
    try (Tape tape = Tape.record()) {
      tape.gradients(leaf.add(b).sum());
    }
  }
}
