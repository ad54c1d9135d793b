package dev.gatun.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nn.Init;
import dev.gatun.nn.Live;
import dev.gatun.nn.Model;
import dev.gatun.nn.StateDictException;
import dev.gatun.nn.data.TensorDataset;
import dev.gatun.nn.format.SafeTensors;
import dev.gatun.nn.layer.BatchNorm1d;
import dev.gatun.nn.layer.Dropout;
import dev.gatun.nn.layer.Linear;
import dev.gatun.nn.layer.Relu;
import dev.gatun.nn.layer.Sequential;
import dev.gatun.nn.loss.Losses;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.Schedule;
import dev.gatun.nn.optim.Sgd;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Generator;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainerTest {
  @TempDir Path folder;

  private static final class Run implements AutoCloseable {
    final Sequential model =
        Init.seeded(
            5,
            () ->
                Sequential.of(
                    new Linear(4, 16),
                    new BatchNorm1d(16),
                    new Relu(),
                    new Dropout(0.2),
                    new Linear(16, 3)));
    final Optimizer optimizer = AdamW.of(model.parameters()).learningRate(0.01).build();

    Trainer.Builder trainer(long epochs) {
      return Trainer.of(model)
          .optimizer(optimizer)
          .loss(Losses::crossEntropy)
          .metric("accuracy", Metric::accuracy)
          .schedule(Schedule.cosine(100, 0))
          .clipNorm(1)
          .epochs(epochs);
    }

    @Override
    public void close() {
      optimizer.close();
      model.close();
    }
  }

  /** The class is the place of the greatest of the first three numbers. */
  private static TensorDataset data(int n, long seed) {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.randn(Shape.of(n, 4), DType.FLOAT32, Device.CPU, new Generator(seed));
      return TensorDataset.of(x, x.narrow(1, 0, 3).argmax(1));
    }
  }

  private static Map<String, double[]> values(Model model) {
    var out = new LinkedHashMap<String, double[]>();
    model.stateDict().forEach((name, t) -> out.put(name, t.toDoubleArray()));
    return out;
  }

  private static void assertSame(Map<String, double[]> got, Map<String, double[]> want) {
    assertThat(got.keySet()).isEqualTo(want.keySet());
    got.forEach((name, v) -> assertThat(v).as(name).isEqualTo(want.get(name)));
  }

  @Test
  void learnsAndTellsItsListeners() {
    final long before = Live.bytes();
    Gatun.manualSeed(1);
    var told = new ArrayList<String>();
    var listener =
        new TrainerListener() {
          @Override
          public void onEpochStart(Trainer trainer, long epoch) {
            told.add("start " + epoch);
          }

          @Override
          public void onBatch(Trainer trainer, BatchReport r) {
            if (r.batch() == r.batches() - 1) {
              told.add("batch " + r.step() + " of " + r.examples());
            }
            assertThat(r.loss()).isPositive();
            assertThat(r.learningRate()).isEqualTo(Schedule.cosine(100, 0).rate(0.01, r.step()));
          }

          @Override
          public void onEpochEnd(Trainer trainer, EpochReport r) {
            told.add("end " + r.epoch());
          }

          @Override
          public void onEnd(Trainer trainer, List<EpochReport> reports) {
            told.add("end of " + reports.size());
          }
        };
    try (var train = data(300, 1);
        var test = data(100, 2);
        var run = new Run()) {
      Trainer trainer = run.trainer(8).listener(listener).build();
      var reports = trainer.fit(train.shuffle(1).batches(32), test.batches(64));
      assertThat(told.subList(0, 4))
          .containsExactly("start 0", "batch 9 of 12", "end 0", "start 1");
      assertThat(told.getLast()).isEqualTo("end of 8");
      assertThat(reports.getLast().metric("accuracy")).isGreaterThan(0.8);
      assertThat(reports.getLast().train().get("loss"))
          .isLessThan(reports.getFirst().train().get("loss"));
      assertThat(trainer.evaluate(test.batches(7)).get("accuracy"))
          .isCloseTo(
              reports.getLast().validation().get("accuracy"),
              org.assertj.core.api.Assertions.within(1e-9)); // means do not depend on the batches
      assertThatThrownBy(() -> reports.getLast().metric("f1"))
          .hasMessage("The trainer has no metric 'f1', but [loss, accuracy]");
    }
    assertThat(Live.bytes()).isEqualTo(before);
  }

  @Test
  void aRestartGivesTheSameBits() {
    Path file = folder.resolve("state.safetensors");
    try (var train = data(200, 1);
        var test = data(50, 2);
        var whole = new Run();
        var first = new Run();
        var second = new Run()) {
      var loader = train.shuffle(9).batches(32);
      Gatun.manualSeed(11);
      whole.trainer(5).build().fit(loader, test.batches(50));

      Gatun.manualSeed(11);
      var stopper =
          new TrainerListener() {
            @Override
            public void onEpochEnd(Trainer trainer, EpochReport report) {
              if (report.epoch() == 1) {
                trainer.stop();
              }
            }
          };
      first
          .trainer(5)
          .listener(stopper)
          .listener(CheckpointListener.every(10, file))
          .build()
          .fit(train.shuffle(9).batches(32), test.batches(50));

      Gatun.manualSeed(999);
      second.model.parameters().forEach(p -> p.fill(Init.zeros()));
      Trainer resumed =
          second
              .trainer(5)
              .listener(new TrainerListener() {})
              .listener(CheckpointListener.every(10, file))
              .build();
      resumed.resume(file);
      assertThat(resumed.step()).isEqualTo(14);
      var reports = resumed.fit(train.shuffle(9).batches(32), test.batches(50));
      assertThat(reports).extracting(EpochReport::epoch).containsExactly(2L, 3L, 4L);
      assertSame(values(second.model), values(whole.model));
    }
  }

  @Test
  void stopsWhenTheMetricGetsNoBetter() {
    try (var train = data(60, 1);
        var model = new Linear(4, 3)) {
      Optimizer still = Sgd.of(model.parameters()).learningRate(0).build();
      var stopping = EarlyStopping.whenNotFalling("loss", 2);
      Path best = folder.resolve("best.safetensors");
      Trainer trainer =
          Trainer.of(model)
              .optimizer(still)
              .loss(Losses::crossEntropy)
              .epochs(50)
              .listener(stopping)
              .listener(CheckpointListener.least("loss", best))
              .build();
      assertThat(trainer.fit(train.batches(20))).hasSize(3);
      assertThat(best).exists();
      assertThat(stopping.state()).containsEntry("bad", "2");
      var other = EarlyStopping.whenNotFalling("loss", 2);
      other.restore(stopping.state());
      assertThat(other.state()).isEqualTo(stopping.state());
    }
  }

  @Test
  void aCheckpointHoldsAModelOrATraining() throws Exception {
    Path plain = folder.resolve("model.safetensors");
    Path state = folder.resolve("state.safetensors");
    try (var a = new Run();
        var b = new Run()) {
      a.model.parameters().forEach(p -> p.fill(Init.normal(0, 1)));
      Checkpoint.save(a.model, plain);
      a.trainer(1).build().save(state);
      Checkpoint.load(b.model, plain);
      assertSame(values(b.model), values(a.model));
      b.model.parameters().forEach(p -> p.fill(Init.zeros()));
      Checkpoint.load(b.model, state);
      assertSame(values(b.model), values(a.model));

      Trainer trainer = b.trainer(1).build();
      assertThatThrownBy(() -> trainer.resume(plain))
          .isInstanceOf(FormatException.class)
          .hasMessage(
              plain
                  + " has no state of a training: expected the metadata gatun.kind = training, "
                  + "got null");
      try (var other = new Linear(4, 16)) {
        assertThatThrownBy(() -> Checkpoint.load(other, plain))
            .isInstanceOf(StateDictException.class)
            .hasMessageContaining("missing keys: bias, weight; unexpected keys: 0.bias");
      }
      Path cut = folder.resolve("cut.safetensors");
      Files.write(cut, java.util.Arrays.copyOf(Files.readAllBytes(state), 2000));
      assertThatThrownBy(() -> trainer.resume(cut)).isInstanceOf(FormatException.class);
      Path none = folder.resolve("none.safetensors");
      assertThatThrownBy(() -> Checkpoint.load(b.model, none))
          .hasMessageContaining("Cannot read " + none);
      Path nowhere = folder.resolve("no/folder.safetensors");
      assertThatThrownBy(() -> Checkpoint.save(b.model, nowhere))
          .hasMessageContaining("Cannot write " + nowhere);
      assertThat(SafeTensors.open(state).metadata()).containsEntry("gatun.kind", "training");
    }
    try (var files = Files.list(folder)) {
      assertThat(files.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("model.safetensors", "state.safetensors", "cut.safetensors");
    }
  }

  @Test
  void trainsOnADevice() {
    try (var train = data(40, 1);
        var run = new Run()) {
      Trainer trainer = run.trainer(1).device(Device.SCALAR).build();
      trainer.fit(train.batches(10));
      assertThat(run.model.stateDict().values()).allMatch(t -> t.device().equals(Device.SCALAR));
    }
  }
}
