package dev.gatun.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.io.Npy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The conformance command on a suite of one or two cases. */
class ConformanceCommandTest {
  private final PrintStream out = System.out;
  private final PrintStream err = System.err;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final ByteArrayOutputStream complained = new ByteArrayOutputStream();

  @TempDir private Path folder;

  @BeforeEach
  void listen() throws IOException {
    write("add", 4, 6); // before listening: the first tensor logs the device
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setOut(out);
    System.setErr(err);
  }

  /** A case of {@code [1, 2] op [3, 4]} with a gradient of ones with respect to a. */
  private void write(String op, float... expected) throws IOException {
    Path at = Files.createDirectories(folder.resolve("suite").resolve(op));
    Npy.write(at.resolve("a.npy"), Tensor.of(1f, 2f));
    Npy.write(at.resolve("b.npy"), Tensor.of(3f, 4f));
    Npy.write(at.resolve("out_y.npy"), Tensor.of(expected));
    Npy.write(at.resolve("cot_y.npy"), Tensor.of(1f, 1f));
    Npy.write(at.resolve("grad_a.npy"), Tensor.of(1f, 1f));
    Files.writeString(
        at.resolve("case.json"),
        """
        {"id": "binary/%s", "op": "%s", "family": "binary", "attrs": {},
         "inputs": [{"name": "a", "file": "a.npy", "grad": true},
                    {"name": "b", "file": "b.npy", "grad": false}],
         "outputs": [{"name": "out_y", "file": "out_y.npy", "of": "y"}],
         "cotangents": [{"name": "cot_y", "file": "cot_y.npy", "of": "y"}],
         "grads": [{"name": "grad_a", "file": "grad_a.npy", "of": "a"}],
         "tol": {"float32": {"rtol": 1e-6, "atol": 0}, "float64": {"rtol": 1e-9, "atol": 0}}}
        """
            .formatted(op, op));
  }

  private int run(String... options) {
    String[] args = new String[options.length + 2];
    args[0] = "conformance";
    args[1] = folder.resolve("suite").toString();
    System.arraycopy(options, 0, args, 2, options.length);
    return Main.run(args);
  }

  private String output() {
    return said.toString(StandardCharsets.UTF_8);
  }

  private String complaint() {
    return complained.toString(StandardCharsets.UTF_8);
  }

  @Test
  void passes() {
    assertThat(run()).isZero();
    assertThat(output())
        .containsPattern("binary +1 +0 +0")
        .endsWith("1 passed, 0 failed, 0 unsupported\n");
  }

  @Test
  void writesWhatItComputed() throws IOException {
    Path results = folder.resolve("results");
    assertThat(run("--device", "scalar", "--dtype", "float64", "--results", results.toString()))
        .isZero();
    try (Tensor y = Npy.read(results.resolve("binary/add/out_y.npy"));
        Tensor gradient = Npy.read(results.resolve("binary/add/grad_a.npy"))) {
      assertThat(y.toDoubleArray()).containsExactly(4, 6);
      assertThat(gradient.toDoubleArray()).containsExactly(1, 1);
    }
  }

  @Test
  void failsOnWrongNumber() throws IOException {
    write("add", 4, 6.00002f);
    assertThat(run()).isEqualTo(1);
    assertThat(output())
        .contains("FAILED binary/add: out_y.npy[1] is 6.0, expected 6.0000200271")
        .contains("0 passed, 1 failed, 0 unsupported");
  }

  @Test
  void failsOnWrongGradient() throws IOException {
    Npy.write(folder.resolve("suite/add/grad_a.npy"), Tensor.of(1f, 2f));
    assertThat(run()).isEqualTo(1);
    assertThat(output()).contains("FAILED binary/add: grad_a.npy[1] is 1.0, expected 2.0");
  }

  @Test
  void failsOnWrongShape() throws IOException {
    Npy.write(folder.resolve("suite/add/out_y.npy"), Tensor.of(new float[] {4, 6}, Shape.of(2, 1)));
    assertThat(run()).isEqualTo(1);
    assertThat(output()).contains("out_y.npy has shape [2], expected [2, 1]");
  }

  @Test
  void failsOnDamagedArray() throws IOException {
    Path file = folder.resolve("suite/add/a.npy");
    Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 130));
    assertThat(run()).isEqualTo(1);
    assertThat(output()).contains("FAILED binary/add: ").contains("a.npy");
  }

  @Test
  void saysWhatIsNotSupported() throws IOException {
    write("frobnicate", 4, 6);
    Path results = folder.resolve("results");
    assertThat(run("--results", results.toString())).isZero();
    assertThat(output())
        .contains("unsupported: frobnicate\n")
        .contains("1 passed, 0 failed, 1 unsupported");
    assertThat(results.resolve("binary/frobnicate")).doesNotExist();
  }

  @Test
  void choosesByPrefix() throws IOException {
    write("sub", -2, -2);
    assertThat(run("--only", "binary/su")).isZero();
    assertThat(output()).contains("1 passed, 0 failed, 0 unsupported");
  }

  @Test
  void speaksJson() throws IOException {
    write("sub", 0, 0);
    assertThat(run("--json")).isEqualTo(1);
    String[] lines = output().split("\n");
    assertThat(lines).hasSize(3).allMatch(line -> line.startsWith("{\"event\":"));
    assertThat(lines[0]).contains("\"id\":\"binary/add\"").contains("\"status\":\"passed\"");
    assertThat(lines[1]).contains("\"status\":\"failed\"").contains("out_y.npy[0] is -2.0");
    assertThat(lines[2])
        .isEqualTo(
            "{\"event\":\"done\",\"device\":\"cpu\",\"dtype\":\"float32\","
                + "\"passed\":1,\"failed\":1,\"unsupported\":0}");
  }

  @Test
  void namesMalformedCase() throws IOException {
    Path file = folder.resolve("suite/add/case.json");
    Files.writeString(file, Files.readString(file).replace("\"op\": \"add\",", ""));
    assertThat(run()).isEqualTo(2);
    assertThat(complaint()).isEqualTo("gatun: Cannot read " + file + ": there is no entry 'op'\n");
    assertThat(output()).isEmpty();
  }

  @Test
  void namesBrokenJson() throws IOException {
    Path file = folder.resolve("suite/add/case.json");
    Files.writeString(file, "{\"id\": \"x\"");
    assertThat(run()).isEqualTo(2);
    assertThat(complaint()).startsWith("gatun: Cannot read " + file + ": ").hasLineCount(1);
  }

  @Test
  void namesWrongArguments() {
    assertThat(run("--device", "abacus")).isEqualTo(2);
    assertThat(complaint()).contains("abacus").hasLineCount(1);
    complained.reset();
    assertThat(run("--dtype", "int8")).isEqualTo(2);
    assertThat(complaint()).isEqualTo("gatun: --dtype is float32 or float64, got int8\n");
    complained.reset();
    assertThat(run("--only", "nothing")).isEqualTo(2);
    assertThat(complaint()).contains("whose id starts with 'nothing'").hasLineCount(1);
    complained.reset();
    assertThat(Main.run("conformance", "no/such/folder")).isEqualTo(2);
    assertThat(complaint()).isEqualTo("gatun: There is no folder no/such/folder\n");
  }
}
