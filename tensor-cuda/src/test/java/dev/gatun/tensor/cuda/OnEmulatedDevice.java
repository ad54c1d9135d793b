package dev.gatun.tensor.cuda;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.DeviceException;
import dev.gatun.tensor.Gatun;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Makes the emulated device the default one, so that tests written for any device run on it; skips
 * them where it is missing. Registered for the runs of other modules' tests only: see the pom.
 */
@SuppressWarnings("exports") // JUnit is in no module of this test code
public final class OnEmulatedDevice implements ExecutionCondition {
  /** For the service loader. */
  public OnEmulatedDevice() {}

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    try {
      Gatun.setDefaultDevice(Device.of("cuda-emulated"));
      return ConditionEvaluationResult.enabled("On the emulated device");
    } catch (DeviceException e) {
      return ConditionEvaluationResult.disabled(e.getMessage());
    }
  }
}
