package dev.gatun.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.autograd.Tape;
import dev.gatun.nn.Live;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.StateDictException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Lifetimes, states and groups; the recorded cases of PyTorch check the numbers. */
final class OptimizerTest {
  record Kind(String name, Function<List<Parameter>, Optimizer> make) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Kind> kinds() {
    return Stream.of(
        new Kind("sgd", p -> Sgd.of(p).learningRate(0.05).momentum(0.9).nesterov(true).build()),
        new Kind("adam", p -> Adam.of(p).learningRate(0.05).weightDecay(0.01).build()),
        new Kind("amsgrad", p -> Adam.of(p).learningRate(0.05).amsgrad(true).build()),
        new Kind("adamw", p -> AdamW.of(p).learningRate(0.05).build()),
        new Kind("rmsprop", p -> RmsProp.of(p).centered(true).momentum(0.5).build()),
        new Kind("adagrad", p -> Adagrad.of(p).learningRate(0.5).build()),
        new Kind("adadelta", p -> Adadelta.of(p).learningRate(20).build()),
        new Kind("adamax", p -> Adamax.of(p).learningRate(0.05).build()),
        new Kind("nadam", p -> NAdam.of(p).learningRate(0.05).build()),
        new Kind("radam", p -> RAdam.of(p).learningRate(0.1).build()),
        new Kind("asgd", p -> Asgd.of(p).learningRate(0.05).t0(3).build()),
        new Kind("rprop", p -> Rprop.of(p).build()));
  }

  private static Parameter parameter(double... values) {
    try (Tensor t = Tensor.of(values)) {
      return Parameter.of(t);
    }
  }

  /** One step towards the least sum of (p - 1)². */
  private static void step(Optimizer optimizer, Parameter... parameters) {
    try (Tape tape = Tape.record()) {
      Tensor loss = Tensor.scalar(0);
      for (Parameter p : parameters) {
        loss = loss.add(p.tensor().sub(1.0).square().sum());
      }
      optimizer.step(tape.gradients(loss));
    }
  }

  private static double distance(Parameter p) {
    try (Scope _ = Scope.open()) {
      return p.tensor().detach().sub(1.0).abs().amax().item();
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void comesNearerAndLeavesNothing(Kind kind) {
    long before = Live.bytes();
    Parameter p = parameter(3, -2, 1.5);
    Optimizer optimizer = kind.make.apply(List.of(p));
    for (int i = 0; i < 100; i++) {
      step(optimizer, p);
    }
    assertThat(distance(p)).isLessThan(1.5); // from 3
    assertThat(p.requiresGrad()).isTrue();
    optimizer.close();
    p.close();
    assertThat(Live.bytes()).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void goesOnFromASavedStateBitForBit(Kind kind) {
    Parameter p = parameter(3, -2, 1.5);
    Optimizer a = kind.make.apply(List.of(p));
    for (int i = 0; i < 7; i++) {
      step(a, p);
    }
    Parameter q = Parameter.of(p.tensor());
    Optimizer b = kind.make.apply(List.of(q));
    a.learningRate(a.learningRate() / 2);
    try (Scope _ = Scope.open()) {
      b.loadStateDict(a.stateDict());
    }
    for (int i = 0; i < 5; i++) {
      step(a, p);
      step(b, q);
      assertThat(q.tensor().toDoubleArray()).isEqualTo(p.tensor().toDoubleArray());
    }
    Stream.of(a, b).forEach(Optimizer::close);
    Stream.of(p, q).forEach(Parameter::close);
  }

  @Test
  void groupsHaveRatesOfTheirOwn() {
    Parameter p = parameter(0);
    Parameter q = parameter(0);
    Optimizer o = Sgd.of(List.of(p)).group(List.of(q), 0.25).learningRate(0.5).build();
    step(o, p, q);
    assertThat(p.tensor().item()).isEqualTo(1);
    assertThat(q.tensor().item()).isEqualTo(0.5);
    Schedule.exponential(0.5).apply(o, 2);
    assertThat(o.groups()).extracting(ParameterGroup::learningRate).containsExactly(0.125, 0.0625);
    assertThatThrownBy(() -> Sgd.of(List.of(p, p)).build()).hasMessageContaining("twice");
    assertThatThrownBy(() -> o.learningRate(-1)).hasMessageContaining("got -1");
    p.close();
    q.close();
  }

  @Test
  void withoutAGradientNothingHappens() {
    Parameter p = parameter(0);
    Parameter q = parameter(0);
    Optimizer o = AdamW.of(List.of(p, q)).build();
    step(o, p);
    try (Scope _ = Scope.open()) {
      assertThat(q.tensor().item()).isZero();
      assertThat(o.stateDict().keySet())
          .containsExactly(
              "group.0.lr", "group.0.initial_lr", "0.step", "0.exp_avg", "0.exp_avg_sq");
    }
    o.close();
    p.close();
    q.close();
  }

  @Test
  void maximizesAndConverts() {
    Parameter p = parameter(1, 1);
    Optimizer o = Sgd.of(List.of(p)).learningRate(0.5).maximize(true).build();
    try (Scope _ = Scope.open()) {
      Tensor g = Tensor.of(2f, -4f); // float32 for a float64 parameter
      o.step(x -> x == p ? Optional.of(g) : Optional.empty());
    }
    assertThat(p.tensor().toDoubleArray()).containsExactly(2, -1);
    p.close();
  }

  @Test
  void oneErrorListsAllThatDiffers() {
    Parameter p = parameter(1, 2);
    Optimizer o = Adam.of(List.of(p)).build();
    step(o, p);
    try (Scope _ = Scope.open()) {
      Map<String, Tensor> state = new LinkedHashMap<>(o.stateDict());
      state.remove("group.0.lr");
      state.remove("0.step");
      state.put("1.step", Tensor.scalar(1));
      state.put("0.exp_avg", Tensor.zeros(Shape.of(3)));
      double[] before = o.stateDict().get("0.exp_avg").toDoubleArray();
      assertThatThrownBy(() -> o.loadStateDict(state))
          .isInstanceOf(StateDictException.class)
          .hasMessage(
              "The state dict does not fit the optimizer; missing key group.0.lr; wrong shape of "
                  + "0.exp_avg (expected [2], got [3]); missing key 0.step; unexpected key 1.step");
      assertThat(o.stateDict().get("0.exp_avg").toDoubleArray()).isEqualTo(before);
    }
    o.close();
    p.close();
  }

  @Test
  void schedulesAreFunctionsOfTheStep() {
    assertThat(Schedule.linear(0.5, 1, 4).rate(2, 2)).isEqualTo(1.5);
    assertThat(Schedule.linear(0.5, 1, 4).rate(2, 100)).isEqualTo(2);
    assertThat(Schedule.stepped(10, 0.1).rate(1, 19)).isCloseTo(0.1, within(1e-12));
    assertThat(Schedule.multiStep(0.5, 3, 7).rate(1, 7)).isEqualTo(0.25);
    assertThat(Schedule.cosine(10, 0.1).rate(1, 5)).isCloseTo(0.55, within(1e-12));
    assertThat(Schedule.warmupCosine(4, 0.25, 6).rate(1, 4)).isEqualTo(1);
    assertThat(Schedule.cosineRestarts(2, 2, 0).rate(1, 6)).isEqualTo(1);
    Schedule one = Schedule.oneCycle(1, 100);
    assertThat(one.rate(0, 29)).isEqualTo(1);
    assertThat(one.rate(0, 99)).isCloseTo(0.04 / 1e4, within(1e-12));
  }
}
