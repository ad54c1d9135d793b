package dev.gatun.nn.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process while it writes over a file again and again: the file is whole at any time. */
final class CrashTest {
  @TempDir Path folder;

  /** The process: writes tensors that are constant, with ever other constants. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] args) throws Exception {
      for (int i = 0; ; i++) {
        try (Scope _ = Scope.open()) {
          Tensor t = Tensor.full(Shape.of(1 << 16), i);
          SafeTensors.save(Map.of("a", t, "b", t), Path.of(args[0]));
        }
      }
    }
  }

  private static String classPath() throws Exception {
    String own =
        Path.of(Writer.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toString();
    Stream<String> paths =
        Stream.of("java.class.path", "jdk.module.path", "surefire.test.class.path")
            .map(System::getProperty)
            .filter(Objects::nonNull);
    // In the module, its classes and those of the tests come from two folders.
    Path tests = Path.of(own).resolveSibling("test-classes");
    return Stream.concat(Stream.of(own, tests.toString()), paths)
        .filter(s -> !s.isEmpty())
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Test
  void aKilledWriterLeavesAWholeFile() throws Exception {
    Path file = folder.resolve("x.safetensors");
    Path log = folder.resolve("log");
    for (int run = 0; run < 2; run++) {
      Files.deleteIfExists(file);
      Process process =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElseThrow(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  classPath(),
                  Writer.class.getName(),
                  file.toString())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      try {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(file) && process.isAlive() && System.nanoTime() < end) {
          Thread.sleep(5);
        }
        Thread.sleep(30 + 40 * run);
      } finally {
        process.destroyForcibly().waitFor();
      }
      assertThat(file).as(Files.readString(log)).exists();
      try (Scope _ = Scope.open()) {
        Map<String, Tensor> state = SafeTensors.load(file);
        double value = state.get("a").amin().item();
        state.values().forEach(t -> assertThat(t.eq(value).all().item()).isEqualTo(1));
      }
    }
  }
}
