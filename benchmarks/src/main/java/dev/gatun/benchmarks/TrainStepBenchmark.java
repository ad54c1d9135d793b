package dev.gatun.benchmarks;

import dev.gatun.autograd.Tape;
import dev.gatun.nn.layer.Conv2d;
import dev.gatun.nn.layer.Flatten;
import dev.gatun.nn.layer.Linear;
import dev.gatun.nn.layer.MaxPool2d;
import dev.gatun.nn.layer.Relu;
import dev.gatun.nn.layer.Sequential;
import dev.gatun.nn.loss.Losses;
import dev.gatun.nn.optim.Adam;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.Sgd;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.List;
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

/** One step of training on a fixed batch of 64: forward, cross entropy, backward, optimizer. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class TrainStepBenchmark {
  private static final int BATCH = 64;
  private static final double TINY_RATE = 1e-6;

  /**
   * {@code mlp}: 784-512-256-10 with Adam. {@code lenet}: convolutions 6@5×5 and 16@5×5, each with
   * relu and 2×2 pooling, then 400-120-84-10, with SGD and momentum 0.9.
   */
  @Param({"mlp", "lenet"})
  private String model = "mlp";

  private Sequential net = Sequential.of();
  private Optimizer optimizer = Adam.of(List.of()).build();
  private Tensor input = Tensor.scalar(0);
  private Tensor target = Tensor.scalar(0);

  /** Makes a benchmark. */
  public TrainStepBenchmark() {}

  /** Makes the model and its batch. */
  @Setup
  public void setUp() {
    boolean mlp = model.equals("mlp");
    net = mlp ? mlp() : lenet();
    optimizer =
        mlp
            ? Adam.of(net.parameters()).learningRate(TINY_RATE).build()
            : Sgd.of(net.parameters()).learningRate(TINY_RATE).momentum(0.9).build();
    input = MatMulBenchmark.normal(mlp ? Shape.of(BATCH, 784) : Shape.of(BATCH, 1, 28, 28));
    target = MatMulBenchmark.normal(Shape.of(BATCH, 10)).argmax(1);
  }

  private static Sequential mlp() {
    return Sequential.of(
        new Linear(784, 512), new Relu(), new Linear(512, 256), new Relu(), new Linear(256, 10));
  }

  private static Sequential lenet() {
    return Sequential.of(
        Conv2d.of(1, 6, 5).padding(2).build(),
        new Relu(),
        new MaxPool2d(2),
        new Conv2d(6, 16, 5),
        new Relu(),
        new MaxPool2d(2),
        new Flatten(),
        new Linear(400, 120),
        new Relu(),
        new Linear(120, 84),
        new Relu(),
        new Linear(84, 10));
  }

  /** Frees everything. */
  @TearDown
  public void tearDown() {
    optimizer.close();
    net.close();
    input.close();
    target.close();
  }

  /** One step. */
  @Benchmark
  public void step() {
    try (Tape tape = Tape.record()) {
      Tensor loss = Losses.crossEntropy(net.forward(input), target);
      optimizer.step(tape.gradients(loss));
    }
  }
}
