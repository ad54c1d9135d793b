package dev.gatun.examples;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.spi.BackendProvider;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says what this machine can do and what is missing. */
@Command(
    name = "doctor",
    description = "Lists the devices, what is missing and how to get it.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Option(names = "--json", description = "One JSON object a line on standard output.")
  private boolean json;

  @Override
  public Integer call() {
    var runtime = Runtime.version();
    long heap = Runtime.getRuntime().maxMemory() >> 20;
    int cores = Runtime.getRuntime().availableProcessors();
    String vm = System.getProperty("java.vm.name") + " " + runtime;
    if (json) {
      System.out.println(
          Json.object(
              "event", "machine", "jvm", vm, "os", os(), "cores", cores, "max_heap_mib", heap));
    } else {
      System.out.printf(
          "Java     %s%nSystem   %s%nCores    %d%nHeap     %d MiB%n", vm, os(), cores, heap);
    }
    for (BackendProvider.Found found : Device.list()) {
      String state = found.usable() ? verify(found.device()) : "not usable";
      if (json) {
        System.out.println(
            Json.object(
                "event", "device",
                "device", found.device().toString(),
                "usable", state.equals("works"),
                "description", found.description()));
      } else {
        System.out.printf("%-8s %s: %s%n", found.device(), state, found.description());
      }
    }
    if (!json) {
      System.out.println("Default  " + Gatun.defaultDevice());
    }
    return 0;
  }

  private static String os() {
    return System.getProperty("os.name") + " " + System.getProperty("os.arch");
  }

  /** A small product on the device, against its known result. */
  private static String verify(Device device) {
    Tensor a = Tensor.full(Shape.of(32, 48), 2, dev.gatun.tensor.DType.FLOAT32, device);
    try (a;
        Tensor b = a.t();
        Tensor y = a.matmul(b);
        Tensor sum = y.sum()) {
      return sum.item() == 32 * 32 * 48 * 4.0 ? "works" : "WRONG RESULT";
    } catch (dev.gatun.tensor.GatunException e) {
      return "fails: " + e.getMessage();
    }
  }
}
