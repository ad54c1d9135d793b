package dev.gatun.tensor.cpu;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.BackendProvider;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The CPU device: the SIMD backend, or the scalar one where the Vector API is missing or would be
 * slower than plain code. Links to no class of the Vector API, so that it loads without the module.
 *
 * <p>The system property {@code gatun.simd} is {@code auto} (default), {@code scalar}, or a width
 * in bits: {@code 128}, {@code 256} or {@code 512}, at most what the machine has.
 */
public final class CpuProvider implements BackendProvider {
  private static final Logger LOG = LoggerFactory.getLogger("dev.gatun.tensor");
  private static final String SIMD_BACKEND = "dev.gatun.tensor.cpu.simd.SimdBackend";
  private static final String REASON = reasonForScalar();

  @Override
  public String type() {
    return "cpu";
  }

  @Override
  public List<Found> devices() {
    return List.of(new Found(Device.CPU, true, description()));
  }

  @Override
  public Backend open(Device device) {
    Backend scalar = new ScalarBackend(device);
    if (!REASON.isEmpty()) {
      if (REASON.startsWith("gatun.simd")) {
        LOG.info("{}", description());
      } else {
        LOG.warn("{}", description());
      }
      return scalar;
    }
    LOG.info("{}", description());
    try {
      return Class.forName(SIMD_BACKEND)
          .asSubclass(Backend.class)
          .getConstructor(Device.class, Backend.class)
          .newInstance(device, scalar);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("The SIMD backend does not start", e);
    }
  }

  private static String description() {
    if (!REASON.isEmpty()) {
      return "CPU, scalar code (slow): " + REASON;
    }
    try {
      Object text = Class.forName(SIMD_BACKEND).getMethod("describe").invoke(null);
      return String.valueOf(text);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("The SIMD backend does not start", e);
    }
  }

  /** Why vectors are not used; empty when they are. */
  private static String reasonForScalar() {
    String wish = System.getProperty("gatun.simd", "auto");
    switch (wish) {
      case "scalar" -> {
        return "gatun.simd=scalar asks for it";
      }
      case "auto", "128", "256", "512" -> {}
      default -> {
        return "gatun.simd=" + wish + " is none of auto, scalar, 128, 256, 512";
      }
    }
    if (!vectorModuleIsReadable()) {
      return "start java with --add-modules jdk.incubator.vector for the fast backend";
    }
    if (!hasOptimizingCompiler()) {
      return "the fast backend needs HotSpot's C2 compiler";
    }
    int bits = widestVector();
    if (bits < 128) {
      return "this machine's vectors have " + bits + " bits, the fast backend needs 128";
    }
    return "";
  }

  private static boolean vectorModuleIsReadable() {
    Module own = CpuProvider.class.getModule();
    return own.getLayer() != null
        ? own.getLayer().findModule("jdk.incubator.vector").map(own::canRead).orElse(false)
        : ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  /** The Vector API without C2 runs hundreds of times slower than plain loops. */
  private static boolean hasOptimizingCompiler() {
    String name = System.getProperty("java.vm.name", "");
    String mode = System.getProperty("java.vm.info", "");
    return (name.contains("HotSpot") || name.contains("OpenJDK"))
        && !mode.contains("interpreted")
        && !mode.contains("emulated-client");
  }

  private static int widestVector() {
    try {
      Class<?> vector = Class.forName("jdk.incubator.vector.FloatVector");
      Object species = vector.getField("SPECIES_PREFERRED").get(null);
      @Nullable Object bits =
          Class.forName("jdk.incubator.vector.VectorSpecies")
              .getMethod("vectorBitSize")
              .invoke(species);
      return bits instanceof Integer n ? n : 0;
    } catch (InvocationTargetException e) {
      return 0;
    } catch (ReflectiveOperationException | LinkageError e) {
      return 0;
    }
  }
}
