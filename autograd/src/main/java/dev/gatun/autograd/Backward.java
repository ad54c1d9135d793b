package dev.gatun.autograd;

import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.TensorType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /** The gradients on their way, owned by the scope of the walk. */
  private final IdentityHashMap<Source, Tensor> pending = new IdentityHashMap<>();

  /** The ops and leaves that lead to a wanted gradient. */
  private final Set<Object> wanted = Collections.newSetFromMap(new IdentityHashMap<>());

  Backward(Tape tape, boolean createGraph, boolean keepSaved, int floor) {
    this.tape = tape;
    this.createGraph = createGraph;
    this.keepSaved = keepSaved;
    this.floor = floor;
  }

  Gradients run(List<Tensor> ys, List<Tensor> cotangents, @Nullable List<Tensor> wrt) {
    Map<Source, Tensor> found = new LinkedHashMap<>();
    try (Scope work = Scope.open()) {
      List<Source> roots = roots(ys, cotangents, work);
      List<Node> nodes = reachable(roots);
      Set<Source> targets = wrt == null ? null : sources(wrt);
      mark(nodes, roots, targets);
      for (Node node : nodes.reversed()) {
        visit(node, targets, found, work);
      }
      for (var e : pending.entrySet()) {
        Source s = e.getKey();
        if (targets == null ? s.node == null : targets.contains(s)) {
          found.put(s, tape.hooked(s, e.getValue()));
        }
      }
      return result(found, work);
    }
  }

  private List<Source> roots(List<Tensor> ys, List<Tensor> cotangents, Scope work) {
    List<Source> roots = new ArrayList<>();
    for (int i = 0; i < ys.size(); i++) {
      Tensor y = ys.get(i);
      Tensor g = cotangents.get(i);
      if (!g.shape().equals(y.shape())) {
        throw new ShapeException(
            "Expected a cotangent of shape " + y.shape() + ", got " + g.shape());
      }
      Source s = tape.source(y);
      if (s != null) {
        roots.add(s);
        accumulate(s, g.to(y.dtype()), work);
      }
    }
    if (roots.isEmpty()) {
      throw new IllegalStateException(
          (ys.size() == 1 ? ys.getFirst() + " depends" : "The given tensors depend")
              + " on no tensor that requires gradients; mark leaves with requiresGrad(true) before"
              + " the computation, and compute while the tape is open and not under NoGrad");
    }
    return roots;
  }

  private Set<Source> sources(List<Tensor> tensors) {
    Set<Source> set = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Tensor t : tensors) {
      Source s = tape.source(t);
      if (s == null) {
        throw new IllegalStateException(
            t + " does not require gradients: call requiresGrad(true) before the computation");
      }
      set.add(s);
    }
    return set;
  }

  /** The ops that the roots depend on, in order of recording. */
  private List<Node> reachable(List<Source> roots) {
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Node> open = new ArrayDeque<>();
    for (Source s : roots) {
      enter(s, seen, open);
    }
    while (!open.isEmpty()) {
      for (Source s : open.pop().edges) {
        if (s != null) {
          enter(s, seen, open);
        }
      }
    }
    List<Node> list = new ArrayList<>(seen);
    list.sort(Comparator.comparingInt(n -> n.index));
    return list;
  }

  private void enter(Source s, Set<Node> seen, Deque<Node> open) {
    if (s.node != null && s.node.index >= floor && seen.add(s.node)) {
      open.push(s.node);
    }
  }

  /** Finds the ops on the way to a target; without targets, to any leaf. */
  private void mark(List<Node> nodes, List<Source> roots, @Nullable Set<Source> targets) {
    for (Node node : nodes) {
      for (Source s : node.edges) {
        if (s != null && wants(s, targets)) {
          wanted.add(node);
        }
      }
    }
    if (targets != null) {
      wanted.addAll(targets);
    }
    roots.forEach(s -> wants(s, targets));
  }

  private boolean wants(Source s, @Nullable Set<Source> targets) {
    boolean yes =
        (targets == null ? s.node == null : targets.contains(s))
            || (s.node != null && wanted.contains(s.node));
    if (yes) {
      wanted.add(s);
    }
    return yes;
  }

  private void visit(
      Node node, @Nullable Set<Source> targets, Map<Source, Tensor> found, Scope work) {
    @Nullable Tensor[] g = new @Nullable Tensor[node.outputs.length];
    boolean any = false;
    for (int i = 0; i < g.length; i++) {
      Source s = node.outputs[i];
      Tensor t = s == null ? null : pending.remove(s);
      if (s != null && t != null) {
        Tensor h = tape.hooked(s, t);
        g[i] = h;
        any = true;
        if (targets != null && targets.contains(s)) {
          found.put(s, work.hold(h));
        }
      }
    }
    if (any && wanted.contains(node)) {
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
      wants[i] = s != null && wanted.contains(s);
    }
    try (Scope _ = Scope.open()) {
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
          accumulate(s, conform(node, i, t), work);
        }
      }
    }
    if (!keepSaved) {
      node.release();
    }
  }

  private void accumulate(Source s, Tensor gradient, Scope work) {
    Tensor before = pending.get(s);
    if (before == null) {
      pending.put(s, work.hold(gradient));
    } else {
      Tensor sum = before.add(gradient);
      pending.put(s, work.hold(sum));
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

  private Gradients result(Map<Source, Tensor> found, Scope work) {
    Map<Tensor, Tensor> out = new LinkedHashMap<>();
    for (var e : found.entrySet()) {
      Tensor g = e.getValue();
      Tensor dense = g.contiguous();
      if (dense != g) {
        g.close();
      }
      out.put(e.getKey().tensor, work.keep(dense));
    }
    return new Gradients(out);
  }
}
