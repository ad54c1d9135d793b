package dev.gatun.autograd;

import dev.gatun.tensor.Generator;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Activation checkpointing (Chen et al. 2016): a part of a computation whose activations are not
 * kept for backward but computed again when it comes, with the same random numbers of the default
 * generator.
 *
 * <p>The function must be pure and give the same results twice. Tensors that it uses must be open
 * until backward: arguments are held by the tape, parameters by their model; others must be
 * arguments. Thread-safe as {@link Tape} is.
 */
public final class Recompute {
  private Recompute() {}

  /** The function's result; without an open tape just that. */
  public static Tensor of(UnaryOperator<Tensor> function, Tensor input) {
    return all(in -> new Tensor[] {function.apply(in[0])}, new Tensor[] {input})[0];
  }

  /** As {@link #of(UnaryOperator, Tensor)} with several arguments and results. */
  public static Tensor[] all(Function<Tensor[], Tensor[]> function, Tensor... inputs) {
    Tape tape = Tape.current();
    if (tape == null || !tape.isRecording()) {
      return function.apply(inputs);
    }
    var generator = Generator.defaultGenerator();
    long seed = generator.seed();
    long offset = generator.offset();
    Tensor[] outputs;
    List<Tensor> leaves;
    boolean[] tracked;
    boolean before = tape.setRecording(false);
    try (Tape dry = Tape.dry()) {
      outputs = dry.keep(function.apply(inputs)).clone();
      leaves = List.copyOf(dry.leaves());
      tracked = new boolean[outputs.length];
      for (int i = 0; i < tracked.length; i++) {
        tracked[i] = dry.made(outputs[i]);
      }
    } finally {
      tape.setRecording(before);
    }
    if (leaves.isEmpty()) {
      return outputs;
    }
    // The node's inputs are the arguments, which are saved, and then the leaves, which have edges.
    int n = inputs.length;
    List<Tensor> all = new ArrayList<>(Arrays.asList(inputs));
    all.addAll(leaves);
    @Nullable Source[] edges = new @Nullable Source[all.size()];
    for (int i = n; i < edges.length; i++) {
      edges[i] = tape.source(all.get(i));
    }
    Rule rule =
        Rule.all(
            new Saves((1 << Math.min(n, 31)) - 1, 0),
            s -> backward(function, s, n, leaves, tracked, seed, offset));
    tape.add("recompute", rule, all.toArray(Tensor[]::new), edges, outputs, tracked);
    return outputs;
  }

  private static @Nullable Tensor[] backward(
      Function<Tensor[], Tensor[]> function,
      Step s,
      int arguments,
      List<Tensor> leaves,
      boolean[] tracked,
      long seed,
      long offset) {
    Tensor[] in = new Tensor[arguments];
    for (int i = 0; i < in.length; i++) {
      in[i] = s.x(i);
    }
    List<Tensor> wrt = new ArrayList<>();
    for (int i = 0; i < leaves.size(); i++) {
      if (s.wants(arguments + i)) {
        wrt.add(leaves.get(i));
      }
    }
    var generator = Generator.defaultGenerator();
    long nowSeed = generator.seed();
    long nowOffset = generator.offset();
    generator.restore(seed, offset);
    Gradients gradients;
    try (NoGrad _ = NoGrad.lift()) {
      if (s.createGraph) {
        int floor = s.tape.size();
        gradients = again(s.tape, function.apply(in), s, tracked, wrt, true, floor);
      } else {
        try (Tape inner = Tape.record()) {
          gradients = inner.keep(again(inner, function.apply(in), s, tracked, wrt, false, 0));
        }
      }
    } finally {
      generator.restore(nowSeed, nowOffset);
    }
    @Nullable Tensor[] out = new @Nullable Tensor[arguments + leaves.size()];
    for (int i = 0; i < leaves.size(); i++) {
      out[arguments + i] = gradients.find(leaves.get(i)).orElse(null);
    }
    return out;
  }

  private static Gradients again(
      Tape tape,
      Tensor[] outputs,
      Step s,
      boolean[] tracked,
      List<Tensor> wrt,
      boolean createGraph,
      int floor) {
    List<Tensor> ys = new ArrayList<>();
    List<Tensor> cotangents = new ArrayList<>();
    for (int i = 0; i < outputs.length; i++) {
      if (tracked[i] && s.hasG(i)) {
        ys.add(outputs[i]);
        cotangents.add(s.g(i));
      }
    }
    return tape.run(ys, cotangents, wrt, createGraph, floor);
  }
}
