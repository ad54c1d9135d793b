package dev.gatun.benchmarks.peers.bytedeco;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Library;
import dev.gatun.benchmarks.compare.Work;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.jspecify.annotations.Nullable;

/** cblas_sgemm of OpenBLAS or MKL, on arrays that begin at a cache line. */
final class Blas implements Library {
  Blas(int threads) {
    Loader.load(org.bytedeco.openblas.global.openblas.class);
    openblas_nolapack.blas_set_num_threads(threads);
    // MKL loads its kernels with the first product.
    float[] one = {1};
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, 1, 1, 1, 1, one, 1, one, 1, 0, one, 1);
  }

  @Override
  public @Nullable Work prepare(Case c) {
    int[] s = c.sizes();
    int m = s[0];
    int k = s[1];
    int n = s[2];
    FloatPointer a = normal(1, m * k);
    FloatPointer b = normal(2, k * n);
    FloatPointer y = normal(3, m * n);
    Work work =
        () ->
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, a, k, b, n, 0, y, n);
    return work;
  }

  /** Floats that begin at a cache line; the few that a process makes are never freed. */
  private static FloatPointer normal(long seed, int count) {
    FloatPointer room = new FloatPointer(count + 16L);
    FloatPointer floats = room.getPointer(-room.address() / 4 & 15);
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      floats.put(i, (float) random.nextGaussian());
    }
    return floats;
  }

  @Override
  public String describe() {
    return "vendor "
        + openblas_nolapack.blas_get_vendor()
        + ", "
        + configuration()
        + ", threads "
        + openblas_nolapack.blas_get_num_threads();
  }

  /** The products' library that this process has loaded, and the kernels that it chose. */
  @SuppressWarnings("restricted")
  static String configuration() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
        String file = line.substring(line.lastIndexOf('/') + 1);
        if (file.startsWith("libmkl_avx")) {
          return "MKL " + file;
        }
        if (file.startsWith("libopenblas")) {
          var library =
              SymbolLookup.libraryLookup(
                  Path.of(line.substring(line.indexOf('/'))), Arena.global());
          if (library.find("openblas_get_config").isPresent()) {
            return call(library, "openblas_get_config")
                + " on "
                + call(library, "openblas_get_corename");
          }
        }
      }
      return "none loaded yet";
    } catch (IOException e) {
      return "unknown";
    }
  }

  @SuppressWarnings("restricted")
  private static String call(SymbolLookup library, String name) {
    try {
      var handle =
          Linker.nativeLinker()
              .downcallHandle(
                  library.find(name).orElseThrow(), FunctionDescriptor.of(ValueLayout.ADDRESS));
      return ((MemorySegment) handle.invokeExact()).reinterpret(1024).getString(0).strip();
    } catch (Throwable e) {
      throw new IllegalStateException("OpenBLAS did not answer " + name, e);
    }
  }
}
