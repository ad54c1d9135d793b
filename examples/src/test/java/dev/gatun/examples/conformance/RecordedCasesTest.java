package dev.gatun.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.gatun.examples.conformance.Outcome.Status;
import dev.gatun.examples.conformance.families.Families;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.DeviceException;
import dev.gatun.tensor.Gatun;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * All cases recorded from PyTorch 1.13.1, on both CPU backends in both float dtypes, and on the
 * emulated GPU.
 */
class RecordedCasesTest {
  /**
   * PyTorch's vectorised log1p overflows above 1e38, and the case records infinity for 3.4e38; the
   * logarithm is 88.72.
   */
  private static final Set<String> WRONG_IN_THE_RECORD = Set.of("special/log1p");

  /**
   * These trainings were recorded from float64 initial values that the case stores rounded to
   * float32, so their losses differ by about 1e-8 from the first step on: more than the float64
   * tolerance, far less than that of float32, which they pass.
   */
  private static final Set<String> ROUNDED_IN_THE_RECORD =
      Set.of("trace/cnn_sgd", "trace/gpt_tied_adamw", "trace/residual_depthwise_adamw");

  @TempDir private static Path folder;

  @BeforeAll
  static void unpack() throws IOException {
    try (InputStream packed = RecordedCasesTest.class.getResourceAsStream("recorded.zip.gz");
        ZipInputStream zip = new ZipInputStream(new GZIPInputStream(packed, 1 << 16))) {
      for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
        Path file = folder.resolve(e.getName());
        Files.createDirectories(file.getParent());
        Files.copy(zip, file);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "cpu, float32",
    "cpu, float64",
    "scalar, float32",
    "scalar, float64",
    "cuda-emulated, float32"
  })
  void computesWhatWasRecorded(String deviceName, String dtypeName) throws IOException {
    Device device = device(deviceName);
    DType dtype = DType.of(dtypeName);
    List<Case> cases = Case.below(folder, "");
    assertThat(cases).hasSize(824);
    long before = Gatun.memory(device).live();
    Conformance runner = new Conformance(Families.all(), device, dtype, null);
    Report report = new Report();
    cases.forEach(c -> report.add(runner.run(c)));
    Set<String> expected = new HashSet<>(WRONG_IN_THE_RECORD);
    if (dtype == DType.FLOAT64) {
      expected.addAll(ROUNDED_IN_THE_RECORD);
    }
    assertThat(report.failures().stream().map(o -> o.source().id() + ": " + o.detail()).toList())
        .as("failures")
        .allMatch(line -> expected.contains(line.substring(0, line.indexOf(':'))));
    assertThat(report.unsupported()).as("operations without a function").isEmpty();
    assertThat(report.count(Status.PASSED)).isEqualTo(cases.size() - expected.size());
    // less when the collector frees what another test left to it
    assertThat(Gatun.memory(device).live()).as("live bytes").isLessThanOrEqualTo(before);
  }

  /** The emulated device may be missing: then there is a reason. */
  private static Device device(String name) {
    try {
      return Device.of(name);
    } catch (DeviceException e) {
      String required = System.getenv().getOrDefault("GATUN_TEST_REQUIRE", "");
      if (!name.equals("cuda-emulated") || required.contains(name)) {
        throw e;
      }
      return abort(e.getMessage());
    }
  }
}
