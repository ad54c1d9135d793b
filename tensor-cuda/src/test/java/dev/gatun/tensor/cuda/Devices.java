package dev.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.fail;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.DeviceException;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** What the tests of this module need. */
final class Devices {
  private Devices() {}

  /**
   * Skips the test with the reason where a device is missing; fails where {@code
   * GATUN_TEST_REQUIRE} lists it.
   */
  static void assumeUsable(String name) {
    try {
      Device.of(name);
    } catch (DeviceException e) {
      if (List.of(System.getenv().getOrDefault("GATUN_TEST_REQUIRE", "").split(","))
          .contains(name)) {
        fail(e.getMessage());
      }
      Assumptions.abort(e.getMessage());
    }
  }
}
