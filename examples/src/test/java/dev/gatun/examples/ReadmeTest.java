package dev.gatun.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.format.SafeTensors;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's programs compile and run as they stand there, with the libraries on either path. */
final class ReadmeTest {
  @TempDir private Path folder;

  @Test
  void runsOnTheClassPath() throws Exception {
    run("--add-modules", "jdk.incubator.vector", "-cp", libraries());
  }

  @Test
  void runsOnTheModulePath() throws Exception {
    run("-p", libraries(), "--add-modules", "dev.gatun.nn");
  }

  /** The second program: the demo answers, since the process gets no key. */
  @Test
  void asksTheProviders() throws Exception {
    String log = output(1, "-cp", libraries());
    assertThat(log).contains("demo/").contains("demo provider");
  }

  private void run(String... options) throws Exception {
    assertThat(output(0, options)).contains("640 numbers of shape [64, 10]");
    assertThat(SafeTensors.open(folder.resolve("mnist.safetensors")).names())
        .containsExactly("0.weight", "0.bias", "2.weight", "2.bias");
  }

  /** What a program of the README says. */
  private String output(int program, String... options) throws Exception {
    Path source = folder.resolve("Quickstart.java");
    Files.writeString(source, program(program));
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.add(source.toString());
    Path log = folder.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(name -> name.matches("[A-Z]+_API_KEYS?"));
    Process process = builder.start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ends in time").isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    return Files.readString(log);
  }

  /** The README's n-th block of Java. */
  private static String program(int n) throws IOException {
    Path readme = Path.of("").toAbsolutePath().resolveSibling("README.md");
    var block =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(readme));
    for (int i = 0; i <= n; i++) {
      assertThat(block.find()).as("a block of Java in %s", readme).isTrue();
    }
    return block.group(1);
  }

  /** Everything this test runs with, on whichever path. */
  private static String libraries() {
    return System.getProperty("jdk.module.path", "")
        + File.pathSeparator
        + System.getProperty("java.class.path", "");
  }
}
