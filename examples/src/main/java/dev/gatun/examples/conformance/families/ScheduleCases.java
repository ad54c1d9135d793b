package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.optim.Plateau;
import dev.gatun.nn.optim.Schedule;
import dev.gatun.nn.optim.Schedule.Cycle;
import dev.gatun.nn.optim.Schedule.OneCycle;
import dev.gatun.nn.optim.Sgd;
import dev.gatun.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The learning rate of each step. */
final class ScheduleCases {
  private ScheduleCases() {}

  static void addTo(Operations t) {
    rates(t, "constant_lr", c -> Schedule.constant(c.number("factor"), c.integer("total_iters")));
    rates(
        t,
        "linear_lr",
        c ->
            Schedule.linear(
                c.number("start_factor"), c.number("end_factor"), c.integer("total_iters")));
    rates(t, "step_lr", c -> Schedule.stepped(c.integer("step_size"), c.number("gamma")));
    rates(t, "multi_step_lr", c -> Schedule.multiStep(c.number("gamma"), c.longs("milestones")));
    rates(t, "exponential_lr", c -> Schedule.exponential(c.number("gamma")));
    rates(
        t, "polynomial_lr", c -> Schedule.polynomial(c.integer("total_iters"), c.number("power")));
    rates(
        t, "cosine_annealing_lr", c -> Schedule.cosine(c.integer("t_max"), c.number("eta_min", 0)));
    rates(
        t,
        "cosine_warm_restarts",
        c ->
            Schedule.cosineRestarts(c.integer("t_0"), c.integer("t_mult"), c.number("eta_min", 0)));
    rates(
        t,
        "warmup_cosine",
        c ->
            Schedule.warmupCosine(
                c.integer("warmup"), c.number("start_factor"), c.integer("t_max")));
    for (Cycle mode : Cycle.values()) {
      rates(t, "cyclic_" + mode.name().toLowerCase(Locale.ROOT), c -> cyclic(c, mode));
    }
    for (int i = 0; i < 3; i++) {
      rates(t, "one_cycle_" + i, ScheduleCases::oneCycle);
    }
    t.op("reduce_on_plateau", ScheduleCases::plateau);
  }

  private static void rates(Operations t, String name, Function<Context, Schedule> schedule) {
    t.op(
        name,
        c -> {
          Schedule s = schedule.apply(c);
          return Tensor.of(
              IntStream.range(0, c.integer("steps"))
                  .mapToDouble(step -> s.rate(c.number("base_lr"), step))
                  .toArray());
        });
  }

  private static Schedule cyclic(Context c, Cycle mode) {
    return Schedule.cyclic(
        c.number("lr_min"),
        c.number("lr_max"),
        c.integer("step_size_up"),
        c.integer("step_size_down"),
        mode,
        c.number("gamma"));
  }

  private static Schedule oneCycle(Context c) {
    return new OneCycle(
        c.number("max_lr"),
        c.integer("total_steps"),
        c.number("pct_start"),
        c.text("anneal").equals("cos"),
        c.flag("three_phase"),
        c.number("div_factor"),
        c.number("final_div_factor"));
  }

  private static Tensor plateau(Context c) {
    double[] metric = c.in("metric").toDoubleArray();
    double[] rates = new double[c.integer("steps")];
    try (Parameter unused = Parameter.of(Tensor.zeros(c.in("metric").shape()));
        Sgd optimizer = Sgd.of(List.of(unused)).learningRate(c.number("base_lr")).build()) {
      Plateau plateau =
          new Plateau(
              optimizer,
              new Plateau.Options(
                  c.text("mode").equals("max"),
                  c.number("factor"),
                  c.integer("patience"),
                  c.number("threshold"),
                  c.text("threshold_mode").equals("rel"),
                  c.integer("cooldown"),
                  c.number("min_lr"),
                  c.number("eps")));
      for (int step = 0; step < rates.length; step++) {
        rates[step] = optimizer.learningRate();
        plateau.step(metric[step]);
      }
    }
    return Tensor.of(rates);
  }
}
