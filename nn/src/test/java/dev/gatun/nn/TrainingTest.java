package dev.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.autograd.Tape;
import dev.gatun.nn.data.Batch;
import dev.gatun.nn.data.Splits;
import dev.gatun.nn.data.TensorDataset;
import dev.gatun.nn.layer.Linear;
import dev.gatun.nn.layer.Relu;
import dev.gatun.nn.layer.Sequential;
import dev.gatun.nn.loss.Losses;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.train.Checkpoint;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainingTest {
  @TempDir Path folder;

  /** Points in two interleaved rings: a linear model cannot tell them apart. */
  private static TensorDataset rings(int n, long seed) {
    var random = new Random(seed);
    float[] points = new float[2 * n];
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      labels[i] = i % 2;
      double radius = 1 + labels[i] + 0.1 * random.nextGaussian();
      double angle = 2 * Math.PI * random.nextDouble();
      points[2 * i] = (float) (radius * Math.cos(angle));
      points[2 * i + 1] = (float) (radius * Math.sin(angle));
    }
    try (Tensor x = Tensor.of(points, Shape.of(n, 2));
        Tensor y = Tensor.of(labels)) {
      return TensorDataset.of(x, y);
    }
  }

  @Test
  void theLoopOfTheReadmeLearnsAndLeavesNothing() {
    final long before = Live.bytes();
    Gatun.manualSeed(1);
    try (TensorDataset train = rings(512, 1);
        TensorDataset test = rings(128, 2)) {
      var data = new Splits(train, test);
      var model = Sequential.of(new Linear(2, 32), new Relu(), new Linear(32, 2));
      var optimizer = AdamW.of(model.parameters()).learningRate(1e-2).build();
      var loader = data.train().shuffle(42).batches(64);
      long allocations = 0;
      for (int epoch = 0; epoch < 20; epoch++) {
        for (Batch batch : loader.prefetch(0)) {
          try (Tape tape = Tape.record()) {
            Tensor loss = Losses.crossEntropy(model.forward(batch.input()), batch.target());
            optimizer.step(tape.gradients(loss));
          }
        }
        if (epoch == 0) {
          allocations = Gatun.memory().allocations();
        }
      }
      assertThat(Gatun.memory().allocations()).isEqualTo(allocations);
      assertThat(accuracy(model, data.test().batches(128).iterator().next())).isGreaterThan(0.95);

      Path file = folder.resolve("rings.safetensors");
      Checkpoint.save(model, file);
      var other = Sequential.of(new Linear(2, 32), new Relu(), new Linear(32, 2));
      Checkpoint.load(other, file);
      try (Scope _ = Scope.open()) {
        Tensor x = Tensor.of(new float[] {1, 0, 0, 2}, Shape.of(2, 2));
        assertThat(other.forward(x).toFloatArray()).isEqualTo(model.forward(x).toFloatArray());
      }
      other.close();
      optimizer.close();
      model.close();
    }
    assertThat(Live.bytes()).isEqualTo(before);
  }

  private static double accuracy(Layer model, Batch batch) {
    try (batch;
        Scope _ = Scope.open()) {
      Tensor right = model.forward(batch.input()).argmax(1).eq(batch.target());
      return right.to(dev.gatun.tensor.DType.FLOAT64).mean().item();
    }
  }
}
