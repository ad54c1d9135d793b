package dev.gatun.tensor.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

/** Results must not depend on how many threads computed them, nor on how they reach memory. */
final class ThreadCountTest {
  @Test
  void anyNumberOfThreadsGivesTheSameBits() throws Exception {
    List<String> one = digest(1, true);
    assertThat(one).hasSameSizeAs(OpSpec.all());
    assertThat(digest(3, true)).isEqualTo(one);
    assertThat(digest(1, false)).as("without native access").isEqualTo(one);
  }

  private static List<String> digest(int threads, boolean nativeAccess) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                nativeAccess
                    ? "--enable-native-access=ALL-UNNAMED"
                    : "--illegal-native-access=deny",
                "-Dgatun.threads=" + threads,
                "-cp",
                classPath(),
                Digest.class.getName(),
                "cpu")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> lines = lines(process);
    assertThat(process.waitFor()).as("exit code").isZero();
    return lines;
  }

  private static List<String> lines(Process process) throws IOException {
    try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
      return reader.lines().toList();
    }
  }

  private static String classPath() throws Exception {
    Set<String> places = new LinkedHashSet<>();
    for (Class<?> c : List.of(Tensor.class, Digest.class, Logger.class)) {
      places.add(place(c));
    }
    return String.join(File.pathSeparator, places);
  }

  /** The folder or jar that a class comes from, also when its module is patched with it. */
  private static String place(Class<?> c) throws Exception {
    String file = c.getName().replace('.', '/') + ".class";
    URI uri = c.getResource("/" + file).toURI();
    if (uri.getScheme().equals("jar")) {
      String jar = uri.getRawSchemeSpecificPart();
      return Path.of(URI.create(jar.substring(0, jar.indexOf("!/")))).toString();
    }
    String path = Path.of(uri).toString();
    return path.substring(0, path.length() - file.length() - 1);
  }
}
