package dev.gatun.examples.conformance.families;

import dev.gatun.autograd.Gradients;
import dev.gatun.autograd.Tape;
import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.nn.loss.ClassOptions;
import dev.gatun.nn.loss.Losses;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.Schedule;
import dev.gatun.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Whole trainings: the loss and the gradient norm of each step, and the final state. */
final class TraceCases {
  private static final String INITIAL = "init_";

  private TraceCases() {}

  static void addTo(Operations t) {
    t.ops("training_trace", TraceCases::train);
  }

  private static Map<String, Tensor> train(Context c) {
    Map<String, Tensor> initial = new LinkedHashMap<>();
    c.inputs()
        .forEach((name, tensor) -> {
          if (name.startsWith(INITIAL)) {
            initial.put(name.substring(INITIAL.length()).replace("__", "."), tensor);
          }
        });
    try (TraceNet net = TraceNet.of(c.attributes(), initial)) {
      net.to(c.device());
      net.to(c.dtype());
      net.loadStateDict(initial);
      return train(c, net);
    }
  }

  private static Map<String, Tensor> train(Context c, TraceNet net) {
    ClassOptions loss = ClassOptions.defaults().labelSmoothing(labelSmoothing(c));
    Schedule schedule = TraceText.schedule(c.attributes().text("schedule", ""));
    double[] losses = new double[c.integer("steps")];
    double[] norms = new double[losses.length];
    try (Optimizer optimizer = TraceText.optimizer(c.text("optimizer"), net.parameters()).build()) {
      for (int step = 0; step < losses.length; step++) {
        schedule.apply(optimizer, step);
        try (Tape tape = Tape.record()) {
          Tensor scores = net.forward(batch(c.x(), step));
          Tensor target = batch(c.in("t"), step).flatten();
          Tensor y = Losses.crossEntropy(scores.reshape(-1, scores.size(-1)), target, loss);
          Gradients gradients = tape.gradients(y);
          losses[step] = y.item();
          norms[step] = gradients.globalNorm().item();
          optimizer.step(
              c.has("clip_grad_norm")
                  ? gradients.clipByNorm(c.number("clip_grad_norm"))
                  : gradients);
        }
      }
    }
    Map<String, Tensor> out = new LinkedHashMap<>();
    out.put("loss", Tensor.of(losses));
    out.put("grad_norm", Tensor.of(norms));
    net.stateDict()
        .forEach((name, t) -> out.put("final_" + name.replace(".", "__"), t.detach().copy()));
    return out;
  }

  private static Tensor batch(Tensor all, int step) {
    return all.select(0, step % all.size(0));
  }

  private static double labelSmoothing(Context c) {
    return TraceText.numberAfter("label_smoothing", c.attributes().text("loss", ""), 0);
  }
}
