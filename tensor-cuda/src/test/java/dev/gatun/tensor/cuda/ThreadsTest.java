package dev.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Several threads, one device, one tensor. */
final class ThreadsTest {
  @BeforeAll
  static void present() {
    Devices.assumeUsable("cuda-emulated");
  }

  @Test
  void shareATensor() throws Exception {
    Device device = Device.of("cuda-emulated");
    long live = Gatun.memory(device).live();
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.arange(0, 600, 1).reshape(20, 30).to(device);
      float[] alone = work(x);
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<Boolean>> all = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
          Callable<Boolean> task =
              () -> {
                for (int i = 0; i < 5; i++) {
                  try (Scope _ = Scope.open()) {
                    assertThat(work(x)).isEqualTo(alone);
                  }
                }
                return true;
              };
          all.add(threads.submit(task));
        }
        for (Future<Boolean> f : all) {
          assertThat(f.get()).isTrue();
        }
      }
    }
    assertThat(Gatun.memory(device).live()).isEqualTo(live);
  }

  private static float[] work(Tensor x) {
    Tensor y = x.matmul(x.t()).softmax(-1).add(x.sum(1).unsqueeze(1));
    return y.sort(1, false).values().cumsum(0).reshape(Shape.of(400)).toFloatArray();
  }
}
