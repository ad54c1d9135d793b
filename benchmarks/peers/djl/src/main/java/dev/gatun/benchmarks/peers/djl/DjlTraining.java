package dev.gatun.benchmarks.peers.djl;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Work;

/** The perceptrons of the bench {@code train}: 784-512-256-10. */
final class DjlTraining {
  private DjlTraining() {}

  static Work of(Case c) {
    int batch = c.number('b');
    SequentialBlock block =
        new SequentialBlock()
            .add(Linear.builder().setUnits(512).build())
            .add(Activation::relu)
            .add(Linear.builder().setUnits(256).build())
            .add(Activation::relu)
            .add(Linear.builder().setUnits(10).build());
    Model model = Model.newInstance("mlp");
    model.setBlock(block);
    Tracker rate = Tracker.fixed(1e-6f);
    Optimizer optimizer =
        c.name().endsWith("adam")
            ? Optimizer.adam().optLearningRateTracker(rate).build()
            : Optimizer.sgd().setLearningRateTracker(rate).optMomentum(0.9f).build();
    Loss loss = Loss.softmaxCrossEntropyLoss();
    Trainer trainer = model.newTrainer(new DefaultTrainingConfig(loss).optOptimizer(optimizer));
    trainer.initialize(new Shape(batch, 784));
    NDManager manager = trainer.getManager();
    NDArray x = manager.randomNormal(new Shape(batch, 784));
    NDArray y = manager.arange(batch).mod(10).toType(DataType.INT64, false);
    Work work =
        () -> {
          try (NDManager scope = trainer.getManager().newSubManager()) {
            NDList input = new NDList(x);
            try (GradientCollector gradients = trainer.newGradientCollector()) {
              NDList output = trainer.forward(input);
              NDArray value = loss.evaluate(new NDList(y), output);
              gradients.backward(value);
              output.attach(scope);
              value.attach(scope);
            }
            trainer.step();
          }
        };
    return work.freeing(trainer, model);
  }
}
