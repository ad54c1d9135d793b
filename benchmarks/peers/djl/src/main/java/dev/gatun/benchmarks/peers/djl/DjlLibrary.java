package dev.gatun.benchmarks.peers.djl;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Library;
import dev.gatun.benchmarks.compare.Work;
import dev.gatun.benchmarks.compare.Worker;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** DJL over libtorch, as its users call it; every array is freed at once. */
public final class DjlLibrary implements Library {
  private final int threads;
  private final NDManager manager = NDManager.newBaseManager();

  private DjlLibrary(int threads) {
    this.threads = threads;
    Engine.getInstance().setRandomSeed(1);
  }

  /**
   * Runs the worker.
   *
   * @param args {@code djl}, and the number of threads
   */
  public static void main(String[] args) throws IOException {
    // The engine reads them when it is loaded; its library is in a jar, nothing is downloaded.
    System.setProperty("ai.djl.pytorch.num_threads", args[1]);
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    System.setProperty("ai.djl.offline", "true");
    Worker.serve(() -> new DjlLibrary(Integer.parseInt(args[1])));
  }

  @Override
  public @Nullable Work prepare(Case c) {
    return switch (c.bench()) {
      case "eager" -> eager(c.name());
      case "train" -> c.name().startsWith("mlp ") ? DjlTraining.of(c) : null;
      default -> null;
    };
  }

  private @Nullable Work eager(String name) {
    Shape shape = name.equals("mm8") ? new Shape(8, 8) : new Shape(16);
    NDArray a = manager.randomNormal(shape);
    NDArray b = manager.randomNormal(shape);
    Work work =
        switch (name) {
          case "add16" -> () -> a.add(b).close();
          case "mm8" -> () -> a.matMul(b).close();
          default -> null;
        };
    return work == null ? null : work.freeing(a, b);
  }

  @Override
  public String describe() {
    Engine engine = Engine.getInstance();
    return "DJL, " + engine.getEngineName() + " " + engine.getVersion() + ", threads " + threads;
  }
}
