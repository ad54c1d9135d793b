package dev.gatun.autograd;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.TensorType;
import org.jspecify.annotations.Nullable;

/** One recorded op: where its inputs came from, how gradients pass it, what that needs. */
final class Node {
  /** Grows in the order of recording, so a node's consumers have greater numbers. */
  final int index;

  final String name;
  final Rule rule;
  final Device device;

  /** Where the inputs came from; null for an input that nothing tracks. */
  final @Nullable Source[] edges;

  /** The tracked outputs; null for outputs without a gradient, such as indices. */
  final @Nullable Source[] outputs;

  final TensorType[] inputTypes;
  final TensorType[] outputTypes;

  private static final @Nullable Tensor[] NOTHING = {};
  private static final int[] NO_VERSIONS = {};

  private @Nullable Tensor[] saved = NOTHING;
  private int[] versions = NO_VERSIONS;
  private boolean released;

  Node(
      int index,
      String name,
      Rule rule,
      @Nullable Source[] edges,
      Tensor[] inputs,
      Tensor[] outputs) {
    this.index = index;
    this.name = name;
    this.rule = rule;
    this.device = outputs[0].device();
    this.edges = edges;
    this.inputTypes = types(inputs);
    this.outputTypes = types(outputs);
    this.outputs = new @Nullable Source[outputs.length];
  }

  private static TensorType[] types(Tensor[] tensors) {
    TensorType[] types = new TensorType[tensors.length];
    for (int i = 0; i < types.length; i++) {
      types[i] = tensors[i].type();
    }
    return types;
  }

  /** Keeps aliases of the inputs and outputs that the rule reads, owned by the tape's scope. */
  void save(Scope scope, Tensor[] inputs, Tensor[] outs) {
    boolean[] tracked = new boolean[edges.length];
    for (int i = 0; i < tracked.length; i++) {
      tracked[i] = edges[i] != null;
    }
    Saves saves = rule.saves(tracked);
    if (saves.isNothing()) {
      return;
    }
    saved = new @Nullable Tensor[inputs.length + outs.length];
    versions = new int[saved.length];
    for (int i = 0; i < saved.length; i++) {
      boolean input = i < inputs.length;
      if (input ? saves.input(i) : saves.output(i - inputs.length)) {
        Tensor alias = scope.hold(input ? inputs[i] : outs[i - inputs.length]);
        saved[i] = alias;
        versions[i] = alias.buf().storage().version();
      }
    }
  }

  /** The saved input (position from 0) or output (after the inputs). */
  private Tensor saved(int position, String role, int i) {
    Tensor t = position < saved.length ? saved[position] : null;
    if (t == null) {
      throw new IllegalStateException(
          "The gradient rule of " + name + " reads " + role + " " + i + " without saving it");
    }
    return t;
  }

  Tensor input(int i) {
    return saved(i, "input", i);
  }

  Tensor output(int i) {
    return saved(inputTypes.length + i, "output", i);
  }

  /**
   * Makes sure that the rule can run.
   *
   * @throws IllegalStateException when what it needs was freed or changed in place
   */
  void check() {
    if (released) {
      throw new IllegalStateException(
          "The tape is already consumed: an earlier gradients(...) freed the activations of "
              + name
              + "; call retain() on the tape, or ask for createGraph, to ask it again");
    }
    for (int i = 0; i < saved.length; i++) {
      Tensor t = saved[i];
      if (t != null && t.buf().storage().version() != versions[i]) {
        boolean input = i < inputTypes.length;
        throw new IllegalStateException(
            (input ? "Input " + i : "Output " + (i - inputTypes.length))
                + " of "
                + name
                + ", "
                + t
                + ", was changed in place after it was recorded, so the gradient would be wrong");
      }
    }
  }

  /** Gives up what was saved. */
  void release() {
    released = true;
    for (Tensor t : saved) {
      if (t != null) {
        t.close();
      }
    }
    saved = NOTHING;
  }
}
