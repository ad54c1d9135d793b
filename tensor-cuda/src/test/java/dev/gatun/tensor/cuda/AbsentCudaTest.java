package dev.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.DeviceException;
import dev.gatun.tensor.spi.BackendProvider.Found;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Where there is no GPU, one sentence says why. */
final class AbsentCudaTest {
  @Test
  void isListedWithTheReason() {
    List<Found> found =
        Device.list().stream().filter(f -> f.device().type().equals("cuda")).toList();
    assertThat(found).isNotEmpty();
    Assumptions.assumeFalse(found.get(0).usable(), "There is a GPU");
    assertThat(found).hasSize(1);
    assertThat(found.get(0).description()).isNotBlank();
    assertThatThrownBy(() -> Device.of("cuda"))
        .isInstanceOf(DeviceException.class)
        .hasMessage("Device cuda is not usable: " + found.get(0).description());
  }
}
