package dev.gatun.benchmarks.peers.bytedeco;

import dev.gatun.benchmarks.compare.Worker;
import java.io.IOException;

/** The worker of one native library. */
public final class Bytedeco {
  private Bytedeco() {}

  /**
   * Runs the worker.
   *
   * @param args {@code libtorch} or {@code blas} (OpenBLAS, or MKL where the system property {@code
   *     org.bytedeco.openblas.load} says so), and the number of threads
   */
  public static void main(String[] args) throws IOException {
    int threads = Integer.parseInt(args[1]);
    Worker.serve(() ->
        switch (args[0]) {
          case "libtorch" -> new Libtorch(threads);
          case "blas" -> new Blas(threads);
          default -> throw new IllegalArgumentException("No library " + args[0]);
        });
  }
}
