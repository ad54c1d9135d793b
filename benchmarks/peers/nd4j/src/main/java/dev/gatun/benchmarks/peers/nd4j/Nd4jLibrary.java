package dev.gatun.benchmarks.peers.nd4j;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Library;
import dev.gatun.benchmarks.compare.Work;
import dev.gatun.benchmarks.compare.Worker;
import java.io.IOException;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Exp;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Tanh;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J as its users call it, with outputs where it takes them; every array is freed at once. */
public final class Nd4jLibrary implements Library {
  private final int threads;

  private Nd4jLibrary(int threads) {
    this.threads = threads;
    Nd4j.getEnvironment().setMaxThreads(threads);
    Nd4j.getEnvironment().setMaxMasterThreads(threads);
  }

  /**
   * Runs the worker.
   *
   * @param args {@code nd4j}, and the number of threads
   */
  public static void main(String[] args) throws IOException {
    Worker.serve(() -> new Nd4jLibrary(Integer.parseInt(args[1])));
  }

  @Override
  public @Nullable Work prepare(Case c) {
    return switch (c.bench()) {
      case "gemm" -> product(c.sizes());
      case "mem", "reduce" -> memory(c.name(), c.side());
      case "cache" -> cache(c.name(), c.sizes()[0]);
      case "eager" -> eager(c.name());
      default -> null;
    };
  }

  private static INDArray normal(long seed, int... sizes) {
    int count = 1;
    for (int size : sizes) {
      count *= size;
    }
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Nd4j.create(values, sizes);
  }

  private static Work freeing(Work work, INDArray... arrays) {
    return work.freeing(arrays);
  }

  private static Work product(int[] s) {
    INDArray a = normal(1, s[0], s[1]);
    INDArray b = normal(2, s[1], s[2]);
    INDArray y = normal(3, s[0], s[2]);
    return freeing(() -> a.mmuli(b, y), a, b, y);
  }

  private static @Nullable Work memory(String name, int side) {
    INDArray x = normal(1, side, side);
    INDArray y = normal(2, side, side);
    INDArray out = normal(3, side, side);
    Work work = memory(name, x, y, out);
    return work == null ? null : freeing(work, x, y, out);
  }

  private static @Nullable Work memory(String name, INDArray x, INDArray y, INDArray out) {
    return switch (name) {
      case "add" -> () -> x.addi(y, out);
      case "add alloc" -> () -> x.add(y).close();
      case "relu" -> () -> Nd4j.getExecutioner().exec(new RectifiedLinear(x, out));
      case "exp" -> () -> Nd4j.getExecutioner().exec(new Exp(x, out));
      case "softmax" -> () -> Nd4j.exec(new SoftMax(x, out, -1));
      case "sum" -> () -> x.sum().close();
      case "mean last" -> () -> x.mean(1).close();
      case "transpose" -> () -> out.assign(x.transpose());
      case "argmax last" -> () -> Nd4j.argMax(x, 1).close();
      case "sum first" -> () -> x.sum(0).close();
      case "var last" -> () -> x.var(1).close();
      default -> null;
    };
  }

  private static @Nullable Work cache(String name, int count) {
    INDArray x = normal(1, count);
    INDArray y = normal(2, count);
    INDArray out = normal(3, count);
    Work work =
        name.endsWith(" tanh")
            ? () -> Nd4j.getExecutioner().exec(new Tanh(x, out))
            : memory(name.substring(name.indexOf(' ') + 1), x, y, out);
    return work == null ? null : freeing(work, x, y, out);
  }

  private static @Nullable Work eager(String name) {
    INDArray a = name.equals("mm8") ? normal(1, 8, 8) : normal(1, 16);
    INDArray b = name.equals("mm8") ? normal(2, 8, 8) : normal(2, 16);
    return switch (name) {
      case "add16" -> freeing(() -> a.add(b).close(), a, b);
      case "mm8" -> freeing(() -> a.mmul(b).close(), a, b);
      default -> null;
    };
  }

  @Override
  public String describe() {
    return Nd4j.getBackend().getClass().getSimpleName()
        + ", "
        + Nd4j.getExecutioner().getEnvironmentInformation().getProperty("blas.vendor")
        + ", threads "
        + Nd4j.getEnvironment().maxThreads()
        + " of "
        + threads;
  }
}
