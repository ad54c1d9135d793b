package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Attributes;
import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.optim.Adadelta;
import dev.gatun.nn.optim.Adagrad;
import dev.gatun.nn.optim.Adam;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.Adamax;
import dev.gatun.nn.optim.Asgd;
import dev.gatun.nn.optim.NAdam;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.OptimizerBuilder;
import dev.gatun.nn.optim.RAdam;
import dev.gatun.nn.optim.RmsProp;
import dev.gatun.nn.optim.Rprop;
import dev.gatun.nn.optim.Sgd;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.UnsupportedOpException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** Some steps of two parameters, p and q, in groups of their own, by given gradients. */
final class OptimizerCases {
  /** From parameters and PyTorch's options to an optimizer of one group. */
  private interface Maker extends BiFunction<List<Parameter>, Attributes, OptimizerBuilder<?>> {}

  private static final Map<String, Maker> MAKERS = makers();

  private OptimizerCases() {}

  static void addTo(Operations t) {
    MAKERS.keySet().forEach(name -> t.ops(name, c -> steps(name, c)));
  }

  /** The options of an optimizer by its PyTorch name; names and defaults are PyTorch's, too. */
  static OptimizerBuilder<?> builder(String name, List<Parameter> parameters, Attributes options) {
    Maker maker = MAKERS.get(name);
    if (maker == null) {
      throw new UnsupportedOpException("Gatun has no optimizer " + name);
    }
    OptimizerBuilder<?> b = maker.apply(parameters, options);
    b.learningRate(options.number("lr"));
    b.maximize(options.flag("maximize"));
    return b;
  }

  private static Map<String, Maker> makers() {
    Map<String, Maker> m = new LinkedHashMap<>();
    m.put(
        "SGD",
        (p, a) ->
            Sgd.of(p)
                .momentum(a.number("momentum", 0))
                .dampening(a.number("dampening", 0))
                .weightDecay(a.number("weight_decay", 0))
                .nesterov(a.flag("nesterov")));
    m.put(
        "Adam",
        (p, a) ->
            Adam.of(p)
                .betas(beta(a, 0), beta(a, 1))
                .epsilon(a.number("eps", 1e-8))
                .weightDecay(a.number("weight_decay", 0))
                .amsgrad(a.flag("amsgrad")));
    m.put(
        "AdamW",
        (p, a) ->
            AdamW.of(p)
                .betas(beta(a, 0), beta(a, 1))
                .epsilon(a.number("eps", 1e-8))
                .weightDecay(a.number("weight_decay", 0.01))
                .amsgrad(a.flag("amsgrad")));
    m.put(
        "Adamax",
        (p, a) ->
            Adamax.of(p)
                .betas(beta(a, 0), beta(a, 1))
                .epsilon(a.number("eps", 1e-8))
                .weightDecay(a.number("weight_decay", 0)));
    m.put(
        "NAdam",
        (p, a) ->
            NAdam.of(p)
                .betas(beta(a, 0), beta(a, 1))
                .epsilon(a.number("eps", 1e-8))
                .weightDecay(a.number("weight_decay", 0))
                .momentumDecay(a.number("momentum_decay", 0.004)));
    m.put(
        "RAdam",
        (p, a) ->
            RAdam.of(p)
                .betas(beta(a, 0), beta(a, 1))
                .epsilon(a.number("eps", 1e-8))
                .weightDecay(a.number("weight_decay", 0)));
    m.put(
        "RMSprop",
        (p, a) ->
            RmsProp.of(p)
                .alpha(a.number("alpha", 0.99))
                .epsilon(a.number("eps", 1e-8))
                .weightDecay(a.number("weight_decay", 0))
                .momentum(a.number("momentum", 0))
                .centered(a.flag("centered")));
    m.put(
        "Adagrad",
        (p, a) ->
            Adagrad.of(p)
                .learningRateDecay(a.number("lr_decay", 0))
                .weightDecay(a.number("weight_decay", 0))
                .initialAccumulator(a.number("initial_accumulator_value", 0))
                .epsilon(a.number("eps", 1e-10)));
    m.put(
        "Adadelta",
        (p, a) ->
            Adadelta.of(p)
                .rho(a.number("rho", 0.9))
                .epsilon(a.number("eps", 1e-6))
                .weightDecay(a.number("weight_decay", 0)));
    m.put(
        "ASGD",
        (p, a) ->
            Asgd.of(p)
                .lambda(a.number("lambd", 1e-4))
                .alpha(a.number("alpha", 0.75))
                .t0(a.number("t0", 1e6))
                .weightDecay(a.number("weight_decay", 0)));
    m.put(
        "Rprop",
        (p, a) ->
            Rprop.of(p)
                .shrink(a.numbers("etas")[0])
                .grow(a.numbers("etas")[1])
                .smallestStep(a.numbers("step_sizes")[0])
                .largestStep(a.numbers("step_sizes")[1]));
    return m;
  }

  private static double beta(Attributes a, int i) {
    return a.has("betas") ? a.numbers("betas")[i] : i == 0 ? 0.9 : 0.999;
  }

  private static Map<String, Tensor> steps(String name, Context c) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    try (Parameter p = Parameter.of(c.in("p0"));
        Parameter q = Parameter.of(c.in("q0"));
        Optimizer optimizer =
            builder(name, List.of(p), c.attributes())
                .group(List.of(q), c.number("lr_group2"))
                .build()) {
      for (int step = 1; step <= c.integer("steps"); step++) {
        Tensor forP = c.in("gp" + step);
        Tensor forQ = c.in("gq" + step);
        optimizer.step(parameter -> Optional.of(parameter == p ? forP : forQ));
        out.put("p" + step, p.tensor().copy());
        out.put("q" + step, q.tensor().copy());
      }
    }
    return out;
  }
}
