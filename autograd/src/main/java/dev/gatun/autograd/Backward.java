package dev.gatun.autograd;

import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One walk over the recorded ops from the last to the first. A gradient is complete when its op is
 * reached, because all consumers were recorded later.
 */
final class Backward {
  private final Tape tape;
  private final boolean createGraph;
  private final boolean keepSaved;
  private final int floor;

  /** The ops that the roots depend on, by number above the floor. */
  private final boolean[] reached;

  /** Those among them that lead to a wanted gradient. */
  private final boolean[] wantedOps;

  /** The values that are asked for, by number; null for all leaves. */
  private boolean @Nullable [] targets;

  /** The values that lead to a wanted gradient. */
  private boolean[] wanted = {};

  /** The gradients on their way, owned by the scope of the walk. */
  private @Nullable Tensor[] pending = {};

  Backward(Tape tape, boolean createGraph, boolean keepSaved, int floor) {
    this.tape = tape;
    this.createGraph = createGraph;
    this.keepSaved = keepSaved;
    this.floor = floor;
    reached = new boolean[tape.size() - floor];
    wantedOps = new boolean[reached.length];
  }

  Gradients run(List<Tensor> ys, List<Tensor> cotangents, @Nullable List<Tensor> wrt) {
    Map<Tensor, Tensor> found = new LinkedHashMap<>();
    try (Scope work = Scope.open()) {
      @Nullable Source[] roots = roots(ys, cotangents);
      targets = wrt == null ? null : targets(wrt);
      wanted = new boolean[tape.sourceCount()];
      pending = new @Nullable Tensor[wanted.length];
      int top = reach(roots);
      mark(roots, top);
      for (int i = 0; i < roots.length; i++) {
        Source s = roots[i];
        if (s != null) {
          accumulate(s, cotangents.get(i).to(ys.get(i).dtype()), null, work);
        }
      }
      for (int i = top; i >= 0; i--) {
        if (reached[i]) {
          visit(tape.node(floor + i), found, work);
        }
      }
      for (int i = 0; i < pending.length; i++) {
        Tensor g = pending[i];
        if (g != null) {
          Source s = tape.source(i);
          if (isTarget(s)) {
            found.put(s.tensor, tape.hooked(s, g));
          }
        }
      }
      return result(found, work);
    }
  }

  private @Nullable Source[] roots(List<Tensor> ys, List<Tensor> cotangents) {
    @Nullable Source[] roots = new @Nullable Source[ys.size()];
    boolean any = false;
    for (int i = 0; i < roots.length; i++) {
      Tensor y = ys.get(i);
      Tensor g = cotangents.get(i);
      if (!g.shape().equals(y.shape())) {
        throw new ShapeException(
            "Expected a cotangent of shape " + y.shape() + ", got " + g.shape());
      }
      roots[i] = tape.source(y);
      any |= roots[i] != null;
    }
    if (!any) {
      throw new IllegalStateException(
          (ys.size() == 1 ? ys.getFirst() + " depends" : "The given tensors depend")
              + " on no tensor that requires gradients; mark leaves with requiresGrad(true) before"
              + " the computation, and compute while the tape is open and not under NoGrad");
    }
    return roots;
  }

  private boolean[] targets(List<Tensor> tensors) {
    Source[] list = new Source[tensors.size()];
    for (int i = 0; i < list.length; i++) {
      Source s = tape.source(tensors.get(i));
      if (s == null) {
        throw new IllegalStateException(
            tensors.get(i)
                + " does not require gradients: call requiresGrad(true) before the computation");
      }
      list[i] = s;
    }
    boolean[] set = new boolean[tape.sourceCount()];
    for (Source s : list) {
      set[s.id] = true;
    }
    return set;
  }

  private boolean isTarget(Source s) {
    boolean[] set = targets;
    return set == null ? s.node == null : set[s.id];
  }

  /**
   * Finds the ops that the roots depend on. One walk does it, because what an op reads was recorded
   * before it.
   *
   * @return the position of the last of them; -1 for none
   */
  private int reach(@Nullable Source[] roots) {
    int top = -1;
    for (Source s : roots) {
      top = Math.max(top, reach(s));
    }
    for (int i = top; i >= 0; i--) {
      if (reached[i]) {
        for (Source s : tape.node(floor + i).edges) {
          reach(s);
        }
      }
    }
    return top;
  }

  private int reach(@Nullable Source s) {
    int i = s == null || s.node == null ? -1 : s.node.index - floor;
    if (i < 0) {
      return -1;
    }
    reached[i] = true;
    return i;
  }

  /** Finds the values and ops on the way to a target; without targets, to any leaf. */
  private void mark(@Nullable Source[] roots, int top) {
    for (int i = 0; i <= top; i++) {
      if (reached[i]) {
        for (Source s : tape.node(floor + i).edges) {
          wantedOps[i] |= s != null && wants(s);
        }
      }
    }
    boolean[] set = targets;
    for (int i = 0; set != null && i < set.length; i++) {
      wanted[i] |= set[i];
    }
    for (Source s : roots) {
      if (s != null) {
        wants(s);
      }
    }
  }

  private boolean wants(Source s) {
    boolean yes = isTarget(s) || isWanted(s.node);
    wanted[s.id] |= yes;
    return yes;
  }

  private boolean isWanted(@Nullable Node node) {
    return node != null && node.index >= floor && wantedOps[node.index - floor];
  }

  private void visit(Node node, Map<Tensor, Tensor> found, Scope work) {
    @Nullable Tensor[] g = new @Nullable Tensor[node.outputs.length];
    boolean any = false;
    for (int i = 0; i < g.length; i++) {
      Source s = node.outputs[i];
      Tensor t = s == null ? null : pending[s.id];
      if (s != null && t != null) {
        pending[s.id] = null;
        Tensor h = tape.hooked(s, t);
        g[i] = h;
        any = true;
        if (targets != null && isTarget(s)) {
          found.put(s.tensor, work.hold(h));
        }
      }
    }
    if (any && isWanted(node)) {
      step(node, g, work);
    }
    for (Tensor t : g) {
      if (t != null) {
        t.close();
      }
    }
  }

  /** Runs the rule of an op; what it makes is freed but for the inputs' gradients. */
  private void step(Node node, @Nullable Tensor[] g, Scope work) {
    node.check();
    boolean[] wants = new boolean[node.edges.length];
    for (int i = 0; i < wants.length; i++) {
      Source s = node.edges[i];
      wants[i] = s != null && wanted[s.id];
    }
    try (Scope own = Scope.open()) {
      @Nullable Tensor[] in = node.rule.gradients(new Step(tape, node, g, wants, createGraph));
      if (in.length != wants.length) {
        throw new ShapeException(
            "The gradient rule of "
                + node.name
                + " gave "
                + in.length
                + " gradients for "
                + wants.length
                + " inputs");
      }
      for (int i = 0; i < wants.length; i++) {
        Source s = node.edges[i];
        Tensor t = in[i];
        if (s != null && t != null && wants[i]) {
          accumulate(s, conform(node, i, t), own, work);
        }
      }
    }
    if (!keepSaved) {
      node.release();
    }
  }

  /**
   * Adds to the gradient of a value.
   *
   * @param own the scope of the step; what it owns is taken over, of other tensors a handle is made
   */
  private void accumulate(Source s, Tensor gradient, @Nullable Scope own, Scope work) {
    Tensor before = pending[s.id];
    if (before == null) {
      pending[s.id] =
          own != null && own.owns(gradient) ? work.adopt(gradient) : work.hold(gradient);
    } else {
      Tensor sum = before.add(gradient);
      pending[s.id] = work.adopt(sum);
      before.close();
    }
  }

  /** The gradient of an input's own shape: summed over the axes that were broadcast. */
  private static Tensor conform(Node node, int input, Tensor gradient) {
    TensorType want = node.inputTypes[input];
    if (gradient.dtype() != want.dtype()) {
      throw new DTypeException(
          "The gradient rule of "
              + node.name
              + " gave dtype "
              + gradient.dtype()
              + " for input "
              + input
              + " of dtype "
              + want.dtype());
    }
    try {
      return Shapes.sumTo(gradient, want.shape());
    } catch (ShapeException e) {
      throw new ShapeException(
          "The gradient rule of "
              + node.name
              + " gave shape "
              + gradient.shape()
              + " for input "
              + input
              + " of shape "
              + want.shape());
    }
  }

  private Gradients result(Map<Tensor, Tensor> found, Scope work) {
    Map<Tensor, Tensor> out = new LinkedHashMap<>();
    for (var e : found.entrySet()) {
      Tensor g = e.getValue();
      Tensor dense = g.contiguous();
      if (dense != g) {
        g.close();
      }
      out.put(e.getKey(), work.keep(dense));
    }
    return new Gradients(out);
  }
}
