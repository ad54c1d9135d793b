package dev.gatun.benchmarks.gatun;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Library;
import dev.gatun.benchmarks.compare.Work;
import dev.gatun.benchmarks.compare.Worker;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Gatun as its users call it. An operation has no "out" argument: its result takes a block that the
 * allocator keeps warm, so the ordinary call is also the one into existing memory.
 */
public final class GatunLibrary implements Library {
  /** Makes the library. */
  public GatunLibrary() {}

  /** Runs the worker. */
  public static void main(String[] args) throws IOException {
    Worker.serve(GatunLibrary::new);
  }

  @Override
  public @Nullable Work prepare(Case c) {
    @Nullable Work work = work(c);
    if (work == null) {
      return null;
    }
    return new Work() {
      @Override
      public void run() {
        work.run();
      }

      @Override
      public void complete() {
        Gatun.synchronize(Gatun.defaultDevice());
      }

      @Override
      public void close() {
        work.close();
      }
    };
  }

  private static @Nullable Work work(Case c) {
    return switch (c.bench()) {
      case "gemm", "gemm16" -> Products.prepare(c);
      case "mem" -> Memory.prepare(c);
      case "cache" -> Memory.cache(c);
      case "reduce" -> Memory.reduce(c);
      case "attention" -> AttentionWork.prepare(c);
      case "train" -> Training.prepare(c);
      case "rss" -> Training.memory();
      case "roofline" -> Roofline.prepare(c);
      case "eager" -> Eager.prepare(c);
      case "conv" -> ConvolutionWork.prepare(c);
      default -> throw new IllegalArgumentException("Gatun has no bench " + c.bench());
    };
  }

  @Override
  public String describe() {
    Device device = Gatun.defaultDevice();
    return "gatun on " + device + ", threads " + Integer.getInteger("gatun.threads", 0);
  }

  static Tensor normal(long seed, long... sizes) {
    return Tensor.randn(Shape.of(sizes), seed);
  }
}
