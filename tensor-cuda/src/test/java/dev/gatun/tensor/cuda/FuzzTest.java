package dev.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.GatunException;
import dev.gatun.tensor.Linalg;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.BatchNorm;
import dev.gatun.tensor.op.BatchNormGrad;
import dev.gatun.tensor.op.CrossEntropy;
import dev.gatun.tensor.op.CrossEntropyGrad;
import dev.gatun.tensor.op.LayerNormGrad;
import dev.gatun.tensor.op.ScaledDotProductAttention;
import dev.gatun.tensor.op.ScaledDotProductAttentionGrad;
import dev.gatun.tensor.op.SoftmaxGrad;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random operations on random shapes, also such as do not fit: the device gives what the reference
 * gives, or both refuse with a typed error.
 */
final class FuzzTest {
  private static final DType[] DTYPES = DType.values();

  private static final List<BiFunction<Tensor, Tensor, Tensor>> OPERATIONS =
      List.of(
          Tensor::add,
          Tensor::mul,
          Tensor::maximum,
          Tensor::lt,
          Tensor::matmul,
          Tensor::floorDiv,
          (a, b) -> a.sum(),
          (a, b) -> a.amax(false, 0),
          (a, b) -> a.argmax(-1),
          (a, b) -> a.softmax(-1),
          (a, b) -> a.cumsum(0),
          (a, b) -> a.sort(-1, false).values(),
          (a, b) -> a.nonZero(),
          (a, b) -> a.gather(0, b.to(DType.INT64)),
          (a, b) -> a.indexSelect(0, b.to(DType.INT64).reshape(-1)),
          (a, b) -> Tensor.concat(0, a, b),
          (a, b) -> a.to(b.dtype()),
          (a, b) -> a.reshape(b.shape()),
          (a, b) -> a.expand(b.shape()),
          (a, b) -> a.maskedFill(b.gt(0.0), 3),
          (a, b) -> Linalg.solve(a, b),
          (a, b) -> a.pad(new long[] {1}, new long[] {2}, 0),
          (a, b) -> a.relu(),
          (a, b) -> a.sqrt(),
          (a, b) -> a.var(0),
          (a, b) -> a.var(0.5, true, -1),
          (a, b) -> Engine.call(new SoftmaxGrad(-1, false), a, b),
          (a, b) -> Engine.call(new SoftmaxGrad(0, true), a, b),
          (a, b) -> Engine.call(new CrossEntropy(), a, classes(b)),
          (a, b) -> Engine.call(new CrossEntropyGrad(), b.sum(-1), a, classes(b)),
          (a, b) -> Engine.callAll(new LayerNormGrad(1, 1), a, b)[0],
          (a, b) -> Engine.callAll(new LayerNormGrad(1, 1), a, b, b.amax(false, 0))[1],
          (a, b) -> Engine.callAll(new BatchNorm(1), a)[0],
          (a, b) -> Engine.callAll(new BatchNorm(1), a)[2],
          (a, b) -> Engine.callAll(new BatchNormGrad(1), a, b, row(b), row(b).square())[0],
          (a, b) -> Engine.callAll(new BatchNormGrad(1), a, b, row(b), row(b).square())[1],
          (a, b) -> attentionGrad(a, b, false)[0],
          (a, b) -> attentionGrad(a, b, true)[1],
          (a, b) -> attentionGrad(a, b, true)[2]);

  /** A class for each row, mostly one that there is. */
  private static Tensor classes(Tensor b) {
    return b.amax(false, -1).abs().to(DType.INT64);
  }

  /** The first row of matrices, or what is there instead. */
  private static Tensor row(Tensor b) {
    return b.rank() == 2 ? b.select(0, 0) : b;
  }

  private static Tensor[] attentionGrad(Tensor a, Tensor b, boolean causal) {
    Tensor[] forward = Engine.callAll(new ScaledDotProductAttention(causal, 0.1), a, a, b);
    return Engine.callAll(
        new ScaledDotProductAttentionGrad(causal, 0.1), b, forward[0], forward[1], a, a, b);
  }

  @BeforeAll
  static void present() {
    Devices.assumeUsable("cuda-emulated");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void agreesWithTheReference(long seed) {
    Random random = new Random(seed);
    Device device = Device.of("cuda-emulated");
    long live = Gatun.memory(device).live();
    int computed = 0;
    for (int i = 0; i < 240; i++) {
      try (Scope _ = Scope.open()) {
        Tensor a = operand(random);
        Tensor b = random.nextInt(3) == 0 ? operand(random) : like(a, random);
        int which = random.nextInt(OPERATIONS.size());
        Object want = outcome(which, a, b);
        Object got = outcome(which, a.to(device), b.to(device));
        String what = "operation " + which + " of " + a.type() + " and " + b.type();
        if (want instanceof Tensor w && got instanceof Tensor g) {
          assertThat(g.type()).as(what).isEqualTo(w.type());
          near(what, g.toDoubleArray(), w.toDoubleArray(), w.dtype());
          computed++;
        } else {
          assertThat(got).as(what).hasSameClassAs(want);
        }
      }
    }
    assertThat(computed).isGreaterThan(40);
    assertThat(Gatun.memory(device).live()).isEqualTo(live);
  }

  private static Object outcome(int which, Tensor a, Tensor b) {
    try {
      return OPERATIONS.get(which).apply(a, b);
    } catch (GatunException e) {
      return e;
    }
  }

  private static void near(String what, double[] got, double[] want, DType dtype) {
    double relative =
        switch (dtype) {
          case FLOAT16 -> 4e-3;
          case BFLOAT16 -> 3e-2;
          case FLOAT32 -> 1e-5;
          default -> 1e-12;
        };
    for (int i = 0; i < want.length; i++) {
      boolean same = Double.compare(got[i], want[i]) == 0 || got[i] == want[i];
      assertThat(same || Math.abs(got[i] - want[i]) <= relative * Math.max(1, Math.abs(want[i])))
          .as(what + ", element " + i + ": " + got[i] + ", expected " + want[i])
          .isTrue();
    }
  }

  private static Tensor operand(Random random) {
    return tensor(shape(random), random);
  }

  private static Tensor like(Tensor a, Random random) {
    return tensor(a.shape(), random).to(a.dtype());
  }

  private static Shape shape(Random random) {
    long[] sizes = new long[random.nextInt(5)];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(random.nextInt(8) == 0 ? 40 : 4);
    }
    return Shape.of(sizes);
  }

  private static Tensor tensor(Shape shape, Random random) {
    int n = Math.toIntExact(shape.numel());
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextInt(9) - 3;
    }
    Tensor x = Tensor.of(values, shape).to(DTYPES[random.nextInt(DTYPES.length)]).to(Device.SCALAR);
    Tensor view =
        switch (random.nextInt(4)) {
          case 0 -> shape.rank() >= 2 ? x.transpose(0, shape.rank() - 1) : x;
          case 1 -> shape.rank() >= 1 ? x.flip(0) : x;
          default -> x;
        };
    return view;
  }
}
