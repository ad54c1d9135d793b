package dev.gatun.examples.conformance;

import dev.gatun.autograd.Gradients;
import dev.gatun.autograd.Tape;
import dev.gatun.examples.conformance.Outcome.Status;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.GatunException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.UnsupportedOpException;
import dev.gatun.tensor.io.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Computes recorded cases and compares with what another framework got.
 *
 * <p>Float32 operands are converted to the dtype to compute in, but for the families that fix
 * float32 behaviour.
 */
public final class Conformance {
  private final Operations operations;
  private final Device device;
  private final DType dtype;
  private final @Nullable Path results;

  /**
   * @param operations what computes the cases
   * @param device where to compute
   * @param dtype the float dtype to compute in
   * @param results the folder for computed arrays, {@code <id>/<file>} as the cases name them; null
   *     writes none
   */
  public Conformance(Operations operations, Device device, DType dtype, @Nullable Path results) {
    this.operations = operations;
    this.device = device;
    this.dtype = dtype;
    this.results = results;
  }

  /** Runs one case; whatever goes wrong is in the outcome. */
  public Outcome run(Case c) {
    long start = System.nanoTime();
    Status status = Status.FAILED;
    String detail;
    Operations.Recipe recipe = operations.get(c.op());
    if (recipe == null) {
      status = Status.UNSUPPORTED;
      detail = "Gatun has no operation " + c.op();
    } else {
      try (Scope _ = Scope.open();
          Context context = new Context(c, device, dtype)) {
        detail = judge(context, compute(context, recipe));
        if (detail.isEmpty()) {
          status = Status.PASSED;
        }
      } catch (UnsupportedOpException e) {
        status = Status.UNSUPPORTED;
        detail = String.valueOf(e.getMessage());
      } catch (GatunException e) {
        detail = String.valueOf(e.getMessage());
      } catch (IOException | RuntimeException e) {
        detail = e.getClass().getSimpleName() + ": " + e.getMessage();
      }
    }
    return new Outcome(c, status, detail, (System.nanoTime() - start) * 1e-9);
  }

  /** The computed tensors by file name. */
  private static Map<String, Tensor> compute(Context context, Operations.Recipe recipe)
      throws IOException {
    Case c = context.source();
    if (c.gradients().isEmpty()) {
      return byFile(c.outputs(), recipe.compute(context));
    }
    try (Tape tape = Tape.record()) {
      context.record(tape);
      Map<String, Tensor> outputs = recipe.compute(context);
      Map<String, Tensor> all = byFile(c.outputs(), outputs);
      all.putAll(byFile(c.gradients(), gradients(context, tape, outputs)));
      return tape.keep(all);
    }
  }

  /** The gradients of {@code sum(output * cotangent)}; zeros where no output depends on it. */
  private static Map<String, Tensor> gradients(
      Context context, Tape tape, Map<String, Tensor> outputs) throws IOException {
    Case c = context.source();
    List<Tensor> ys = new ArrayList<>();
    List<Tensor> cotangents = new ArrayList<>();
    for (Case.Item item : c.cotangents()) {
      Tensor y = outputs.get(item.of());
      if (y != null) {
        ys.add(y);
        cotangents.add(context.read(item.file()));
      }
    }
    List<Tensor> wrt = c.gradients().stream().map(item -> context.in(item.of())).toList();
    Gradients gradients = tape.gradients(ys, cotangents, wrt, false);
    Map<String, Tensor> named = new LinkedHashMap<>();
    for (Case.Item item : c.gradients()) {
      Tensor x = context.in(item.of());
      named.put(item.of(), gradients.find(x).orElseGet(x::zerosLike));
    }
    return named;
  }

  private static Map<String, Tensor> byFile(
      Iterable<Case.Item> wanted, Map<String, Tensor> computed) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    for (Case.Item item : wanted) {
      Tensor t = computed.get(item.of());
      if (t != null) {
        out.put(item.file(), t);
      }
    }
    return out;
  }

  /** Writes the tensors and says what is wrong first, or nothing. */
  private String judge(Context context, Map<String, Tensor> computed) throws IOException {
    Case c = context.source();
    computed.replaceAll((_, t) -> asStored(t));
    if (results != null) {
      Path folder = Files.createDirectories(results.resolve(c.id()));
      for (Map.Entry<String, Tensor> e : computed.entrySet()) {
        Npy.write(folder.resolve(e.getKey()), e.getValue());
      }
    }
    Case.Tolerance tolerance = c.tolerance(context.dtype());
    for (List<Case.Item> items : List.of(c.outputs(), c.gradients())) {
      for (Case.Item item : items) {
        Tensor got = computed.get(item.file());
        if (got == null) {
          return item.file() + " was not computed";
        }
        Tensor want = Npy.read(c.folder().resolve(item.file()));
        String wrong =
            Comparison.firstWrong(item.file(), HostArray.of(want), HostArray.of(got), tolerance);
        if (wrong != null) {
          return wrong;
        }
      }
    }
    return "";
  }

  /** Bfloat16, which npy files lack, as the unsigned numbers of its bits; all else as it is. */
  private static Tensor asStored(Tensor t) {
    return t.dtype() == DType.BFLOAT16
        ? t.bitcast(DType.INT16).to(DType.INT32).remainder(1L << 16)
        : t;
  }
}
