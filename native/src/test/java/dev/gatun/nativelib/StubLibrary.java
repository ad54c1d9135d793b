package dev.gatun.nativelib;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Compiles libraries whose functions answer what a test says, and GATUN_OK where it says nothing.
 */
final class StubLibrary {
  private final Map<String, String> bodies = new HashMap<>();
  private final String backend;
  private String left = "";

  StubLibrary(String backend) {
    this.backend = backend;
    body("gatun_abi_version", "return GATUN_ABI_VERSION;");
    body("gatun_backend", "return \"" + backend + "\";");
    body("gatun_last_error", "return text;");
  }

  /** The statements of a function; {@code text} is what gatun_last_error returns. */
  StubLibrary body(String function, String statements) {
    bodies.put(function, statements);
    return this;
  }

  StubLibrary without(String function) {
    left = function;
    return this;
  }

  /** Writes the library under the name that its backend is looked for by. */
  Path compile(Path folder) throws IOException, InterruptedException {
    var source =
        new StringBuilder(
            "#include \"gatun.h\"\n#include <stdio.h>\nstatic char text[1000];\nextern \"C\" {\n");
    for (Header.Function function : Header.read().functions()) {
      if (!function.name().equals(left)) {
        source
            .append(function.declaration())
            .append(" { ")
            .append(bodies.getOrDefault(function.name(), "return GATUN_OK;"))
            .append(" }\n");
      }
    }
    source.append("}\n");
    Files.createDirectories(folder);
    Path library = folder.resolve(System.mapLibraryName("gatun_" + backend.replace('-', '_')));
    Path file = Files.writeString(folder.resolve("stub.cpp"), source);
    run(
        "c++",
        "-shared",
        "-fPIC",
        "-w",
        "-I",
        Header.FILE.getParent().toAbsolutePath().toString(),
        "-o",
        library.toString(),
        file.toString());
    Files.delete(file);
    return library;
  }

  /** What a command of the compiler's tools prints; the test is skipped where there is none. */
  static String run(String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("gatun", ".log");
    try {
      Process process;
      try {
        process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
      } catch (IOException e) {
        return abort("needs " + command[0] + ": " + e.getMessage());
      }
      if (!process.waitFor(1, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new AssertionError(command[0] + " took more than a minute");
      }
      String said = Files.readString(output, StandardCharsets.UTF_8);
      if (process.exitValue() != 0) {
        throw new AssertionError(command[0] + " failed: " + said);
      }
      return said;
    } finally {
      Files.delete(output);
    }
  }
}
