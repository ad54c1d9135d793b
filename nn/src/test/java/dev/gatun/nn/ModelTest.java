package dev.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.autograd.Tape;
import dev.gatun.nn.layer.BatchNorm2d;
import dev.gatun.nn.layer.Conv2d;
import dev.gatun.nn.layer.Dropout;
import dev.gatun.nn.layer.Linear;
import dev.gatun.nn.layer.Relu;
import dev.gatun.nn.layer.Sequential;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ModelTest {

  /** A model as a user writes one. */
  private static final class Net implements Layer, Model {
    final Conv2d conv1 = new Conv2d(1, 4, 3);
    final BatchNorm2d bn1 = new BatchNorm2d(4);
    final Sequential head = Sequential.of(new Relu(), new Dropout(0.5), new Linear(4, 3, false));

    @Override
    public void members(Members m) {
      m.child("conv1", conv1).child("bn1", bn1).child("head", head);
    }

    @Override
    public Tensor forward(Tensor x) {
      return head.forward(bn1.forward(conv1.forward(x)).mean(2, 3));
    }
  }

  @Test
  void namesArePyTorchs() {
    try (var net = new Net()) {
      assertThat(net.stateDict().keySet())
          .containsExactly(
              "conv1.weight",
              "conv1.bias",
              "bn1.weight",
              "bn1.bias",
              "bn1.running_mean",
              "bn1.running_var",
              "bn1.num_batches_tracked",
              "head.2.weight");
      assertThat(net.namedBuffers().keySet())
          .containsExactly("bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked");
      assertThat(net.stateDict().get("bn1.num_batches_tracked").dtype()).isEqualTo(DType.INT64);
      assertThat(net.parameters()).hasSize(5);
      assertThat(net.parameterCount()).isEqualTo(36 + 4 + 4 + 4 + 12);
      assertThat(net.namedModels().keySet())
          .containsExactly("", "conv1", "bn1", "head", "head.1", "head.2");
    }
  }

  @Test
  void theModeReachesAllParts() {
    try (var net = new Net()) {
      assertThat(net.bn1.isTraining()).isTrue();
      net.eval();
      assertThat(net.bn1.isTraining()).isFalse();
      assertThat(((Dropout) net.head.layers().get(1)).isTraining()).isFalse();
      net.train();
      assertThat(((Dropout) net.head.layers().get(1)).isTraining()).isTrue();
    }
  }

  @Test
  void sharedParametersCountOnce() {
    var linear = new Linear(2, 2);
    try (var tied = Sequential.of(linear, linear)) {
      assertThat(tied.parameters()).hasSize(2);
      assertThat(tied.stateDict()).hasSize(4);
    }
  }

  @Test
  void loadsStateIntoTheSameTensors() {
    try (var a = new Net();
        var b = new Net();
        Scope _ = Scope.open()) {
      Tensor before = b.conv1.weight().tensor();
      b.loadStateDict(a.stateDict());
      assertThat(b.conv1.weight().tensor()).isSameAs(before);
      a.stateDict()
          .forEach((name, t) ->
              assertThat(b.stateDict().get(name).toDoubleArray()).isEqualTo(t.toDoubleArray()));
      a.conv1.weight().assign(Tensor.scalar(7));
      assertThat(before.toFloatArray()).doesNotContain(7);
    }
  }

  @Test
  void oneErrorListsAllThatDiffers() {
    try (var net = new Net();
        Scope _ = Scope.open()) {
      Map<String, Tensor> state = new LinkedHashMap<>(net.stateDict());
      state.remove("conv1.bias");
      state.remove("head.2.weight");
      state.put("extra", Tensor.scalar(1));
      state.put("bn1.bias", Tensor.ones(Shape.of(5)));
      state.put("conv1.weight", Tensor.full(Shape.of(4, 1, 3, 3), 7));
      assertThatThrownBy(() -> net.loadStateDict(state))
          .isInstanceOf(StateDictException.class)
          .hasMessage(
              "The state dict does not fit the model; missing keys: conv1.bias, head.2.weight; "
                  + "unexpected keys: extra; wrong shapes: bn1.bias (expected [4], got [5])");
      assertThat(net.conv1.weight().tensor().toFloatArray()).doesNotContain(7);
    }
  }

  @Test
  void movesBetweenDevicesAndDtypes() {
    try (var net = new Net();
        Scope _ = Scope.open()) {
      float[] before = net.conv1.weight().tensor().toFloatArray();
      net.to(Device.SCALAR);
      net.to(DType.FLOAT64);
      assertThat(net.stateDict().values())
          .allMatch(t -> t.device().equals(Device.SCALAR))
          .allMatch(t -> t.dtype() == DType.FLOAT64 || t.dtype() == DType.INT64);
      assertThat(net.conv1.weight().tensor().toFloatArray()).isEqualTo(before);
      assertThat(net.conv1.weight().requiresGrad()).isTrue();
      assertThat(net.bn1.namedBuffers().get("running_mean").tensor().requiresGrad()).isFalse();
      Tensor x = Tensor.ones(Shape.of(2, 1, 5, 5), DType.FLOAT64, Device.SCALAR);
      assertThat(net.forward(x).shape()).isEqualTo(Shape.of(2, 3));
    }
  }

  @Test
  void scopesDoNotFreeParametersAndCloseDoes() {
    long before = Live.bytes();
    Net net;
    try (Scope _ = Scope.open()) {
      net = new Net();
    }
    assertThat(net.conv1.weight().tensor().isClosed()).isFalse();
    net.to(DType.FLOAT64);
    assertThat(Live.bytes()).isGreaterThan(before);
    net.close();
    net.close();
    assertThat(Live.bytes()).isEqualTo(before);
  }

  @Test
  void aSequenceFreesWhatLiesBetween() {
    try (var model = Sequential.of(new Linear(8, 1024), x -> x.relu().add(1), new Linear(1024, 1));
        Scope _ = Scope.open()) {
      Tensor x = Tensor.ones(Shape.of(16, 8));
      long before = Live.bytes();
      Tensor y = model.forward(x);
      assertThat(Gatun.memory().live() - before).isLessThan(1024);
      assertThat(y.isClosed()).isFalse();
      assertThat(x.isClosed()).isFalse();
    }
  }

  @Test
  void activationsAreFreedAsBackwardGoes() {
    Layer[] layers = new Layer[20];
    for (int i = 0; i < layers.length; i++) {
      layers[i] = i % 2 == 0 ? new Linear(64, 64, false) : x -> x.mul(1.5).sigmoid();
    }
    try (var model = Sequential.of(layers);
        Scope _ = Scope.open()) {
      Tensor x = Tensor.ones(Shape.of(4096, 64)); // 1 MiB
      long before = Live.bytes();
      try (Tape tape = Tape.record()) {
        Tensor loss = model.forward(x).sum();
        long recorded = Gatun.memory().live() - before;
        assertThat(recorded).isBetween(9L << 20, 22L << 20); // what gradients need, not 30 MiB
        tape.gradients(loss);
        long left = Gatun.memory().live() - before;
        assertThat(left).isLessThan(2 << 20); // the gradients of the weights, 10 * 16 KiB
      }
    }
  }

  @Test
  void aSequenceKeepsWhatIsNotItsOwn() {
    try (Scope _ = Scope.open()) {
      Tensor kept = Tensor.of(1f, 2f);
      Tensor[] mine = {kept};
      var model = Sequential.of(x -> mine[0], x -> x, x -> x.mul(2.0));
      assertThat(model.forward(Tensor.of(0f)).toFloatArray()).containsExactly(2, 4);
      assertThat(kept.isClosed()).isFalse();
      Tensor x = Tensor.of(3f);
      assertThat(Sequential.of().forward(x)).isSameAs(x);
    }
  }

  @Test
  void twoMembersOfOneNameAreAnError() {
    var linear = new Linear(1, 1);
    Model bad =
        new Model() {
          @Override
          public void members(Members m) {
            m.child("a", linear).child("a", linear);
          }
        };
    assertThatThrownBy(bad::parameters).hasMessage("A model has two members named 'a'");
    linear.close();
  }

  @Test
  void runsInTheModule() {
    assertThat(Model.class.getModule().getName()).isEqualTo("dev.gatun.nn");
  }
}
