package dev.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.DeviceException;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.GatunException;
import dev.gatun.tensor.Linalg;
import dev.gatun.tensor.OutOfMemoryException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.UnsupportedOpException;
import dev.gatun.tensor.UseAfterFreeException;
import dev.gatun.tensor.op.CrossEntropy;
import dev.gatun.tensor.op.CrossEntropyGrad;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What goes wrong on a device is an exception that says what, and the device works on. */
final class ErrorsTest {
  private static Device device = Device.CPU;

  @BeforeAll
  static void present() {
    Devices.assumeUsable("cuda-emulated");
    device = Device.of("cuda-emulated");
  }

  private static Tensor on(double... values) {
    return Tensor.of(values, Shape.of(values.length)).to(device);
  }

  private static void worksOn() {
    assertThat(on(1, 2).add(1.0).toDoubleArray()).containsExactly(2, 3);
  }

  @Test
  void anIndexOutOfRange() {
    try (Scope _ = Scope.open()) {
      Tensor index = Tensor.of(new long[] {0, 3}, Shape.of(2)).to(device);
      assertThatThrownBy(() -> on(1, 2, 3).indexSelect(0, index))
          .isInstanceOf(ShapeException.class)
          .hasMessage("indexselect: index 3 is out of range for an axis of size 3");
      worksOn();
    }
  }

  @Test
  void aTargetThatIsNoClass() {
    try (Scope _ = Scope.open()) {
      Tensor x = on(1, 2, 3, 4, 5, 6).reshape(2, 3);
      Tensor target = Tensor.of(new long[] {2, -1}, Shape.of(2)).to(device);
      assertThatThrownBy(() -> Engine.call(new CrossEntropy(), x, target))
          .isInstanceOf(ShapeException.class)
          .hasMessage("crossentropy: index -1 is out of range for an axis of size 3");
      assertThatThrownBy(() -> Engine.call(new CrossEntropyGrad(), on(1, 1), x, target))
          .isInstanceOf(ShapeException.class)
          .hasMessage("crossentropygrad: index -1 is out of range for an axis of size 3");
      Tensor noClasses = Tensor.of(new double[0], Shape.of(1, 0)).to(device);
      assertThatThrownBy(() -> Engine.call(new CrossEntropy(), noClasses, target.narrow(0, 0, 1)))
          .isInstanceOf(ShapeException.class)
          .hasMessage("crossentropy: index 2 is out of range for an axis of size 0");
      worksOn();
    }
  }

  @Test
  void anIntegerDividedByZero() {
    try (Scope _ = Scope.open()) {
      Tensor zero = Tensor.of(new int[] {1, 0}, Shape.of(2)).to(device);
      assertThatThrownBy(() -> zero.floorDiv(zero))
          .isInstanceOf(GatunException.class)
          .hasMessage("floor_div: division by zero");
      worksOn();
    }
  }

  @Test
  void matricesWithoutAFactorisation() {
    try (Scope _ = Scope.open()) {
      Tensor singular = on(1, 2, 2, 4).reshape(2, 2);
      assertThatThrownBy(() -> Linalg.solve(singular, on(1, 1).reshape(2, 1)))
          .isInstanceOf(GatunException.class)
          .hasMessage("solve: matrix 0 is singular");
      assertThatThrownBy(() -> Linalg.cholesky(on(1, 2, 2, 1).reshape(2, 2)))
          .isInstanceOf(GatunException.class)
          .hasMessage("cholesky: matrix 0 is not positive definite (leading minor 2)");
      worksOn();
    }
  }

  @Test
  void noMemory() {
    long live = Gatun.memory(device).live();
    try (Scope _ = Scope.open()) {
      assertThatThrownBy(() -> Tensor.empty(Shape.of(1L << 45), DType.FLOAT32, device))
          .isInstanceOf(OutOfMemoryException.class)
          .hasMessageContaining("no memory for " + (1L << 47) + " bytes")
          .hasMessageContaining("the largest blocks");
      worksOn();
    }
    assertThat(Gatun.memory(device).live()).isEqualTo(live);
  }

  @Test
  void memoryIsUsedAgainAndGivenBack() {
    try (Scope _ = Scope.open()) {
      Tensor.zeros(Shape.of(1 << 20), DType.FLOAT32, device);
    }
    long allocations = Gatun.memory(device).allocations();
    for (int i = 0; i < 3; i++) {
      try (Scope _ = Scope.open()) {
        Tensor.zeros(Shape.of(1 << 20), DType.FLOAT32, device);
      }
    }
    assertThat(Gatun.memory(device).allocations()).isEqualTo(allocations);
    assertThat(Gatun.memory(device).cached()).isPositive();
    Gatun.trimMemory();
    assertThat(Gatun.memory(device).cached()).isZero();
  }

  @Test
  void aTensorAfterItsScope() {
    Tensor x;
    try (Scope _ = Scope.open()) {
      x = on(1, 2);
    }
    assertThatThrownBy(() -> x.add(1.0)).isInstanceOf(UseAfterFreeException.class);
    assertThatThrownBy(x::toDoubleArray).isInstanceOf(UseAfterFreeException.class);
    worksOn();
  }

  @Test
  void memoryThatTheHostCannotAddress() {
    try (Scope _ = Scope.open()) {
      assertThatThrownBy(() -> on(1).buf().segment())
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("to(Device.CPU)");
    }
  }

  @Test
  void moreAxesThanTheAbiHas() {
    long[] ones = new long[13];
    Arrays.fill(ones, 1);
    try (Scope _ = Scope.open()) {
      Tensor x = on(1).reshape(ones);
      assertThatThrownBy(x::exp)
          .isInstanceOf(UnsupportedOpException.class)
          .hasMessageContaining("at most 12 axes");
    }
  }

  @Test
  void operandsOfTwoDevices() {
    try (Scope _ = Scope.open()) {
      Device second = Device.of("cuda-emulated:1");
      Tensor x = on(1, 2, 3);
      Tensor y = x.to(second);
      assertThat(y.device()).isEqualTo(second);
      assertThat(y.toDoubleArray()).containsExactly(1, 2, 3);
      assertThat(y.to(device).add(x).toDoubleArray()).containsExactly(2, 4, 6);
      assertThatThrownBy(() -> x.add(y))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("needs operands on one device");
      assertThatThrownBy(() -> Device.of("cuda-emulated:9"))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("cuda-emulated:9 is not usable");
    }
  }
}
