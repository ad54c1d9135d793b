package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.nn.loss.ClassOptions;
import dev.gatun.nn.loss.CtcOptions;
import dev.gatun.nn.loss.Losses;
import dev.gatun.nn.loss.MarginLosses;
import dev.gatun.nn.loss.MarginLosses.TripletOptions;
import dev.gatun.nn.loss.Reduction;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Tensor;

/** Losses. */
final class LossCases {
  private LossCases() {}

  static void addTo(Operations t) {
    t.op("cross_entropy", c -> Losses.crossEntropy(c.x(), target(c), classes(c)));
    t.op("nll_loss", c -> Losses.nll(c.x(), target(c), classes(c)));
    t.op(
        "ctc_loss",
        c ->
            Losses.ctc(
                c.x(),
                target(c),
                c.in("input_lengths"),
                c.in("target_lengths"),
                new CtcOptions(c.integer("blank"), reduction(c), c.flag("zero_infinity"))));
    t.op("mse_loss", c -> Losses.mse(c.x(), target(c), reduction(c)));
    t.op("l1_loss", c -> Losses.l1(c.x(), target(c), reduction(c)));
    t.op(
        "smooth_l1_loss",
        c -> Losses.smoothL1(c.x(), target(c), c.number("beta", 1), reduction(c)));
    t.op("huber_loss", c -> Losses.huber(c.x(), target(c), c.number("delta", 1), reduction(c)));
    t.op(
        "binary_cross_entropy",
        c -> Losses.bce(c.x(), target(c), c.optional("weight"), reduction(c)));
    t.op(
        "binary_cross_entropy_with_logits",
        c ->
            Losses.bceWithLogits(
                c.x(), target(c), c.optional("weight"), c.optional("pos_weight"), reduction(c)));
    t.op("kl_div", c -> Losses.klDiv(c.x(), target(c), c.flag("log_target"), reduction(c)));
    t.op(
        "poisson_nll_loss",
        c ->
            Losses.poissonNll(
                c.x(),
                target(c),
                c.flag("log_input"),
                c.flag("full"),
                c.number("eps", 1e-8),
                reduction(c)));
    t.op(
        "gaussian_nll_loss",
        c ->
            Losses.gaussianNll(
                c.x(), target(c), c.in("var"), c.flag("full"), c.number("eps"), reduction(c)));
    t.op(
        "hinge_embedding_loss",
        c -> MarginLosses.hingeEmbedding(c.x(), target(c), c.number("margin"), reduction(c)));
    t.op(
        "cosine_embedding_loss",
        c ->
            MarginLosses.cosineEmbedding(
                c.a(), c.b(), target(c), c.number("margin"), reduction(c)));
    t.op(
        "margin_ranking_loss",
        c -> MarginLosses.marginRanking(c.a(), c.b(), target(c), c.number("margin"), reduction(c)));
    t.op(
        "multi_margin_loss",
        c ->
            MarginLosses.multiMargin(
                c.x(),
                target(c),
                c.integer("p"),
                c.number("margin"),
                c.optional("weight"),
                reduction(c)));
    t.op("soft_margin_loss", c -> MarginLosses.softMargin(c.x(), target(c), reduction(c)));
    t.op(
        "multilabel_soft_margin_loss",
        c ->
            MarginLosses.multilabelSoftMargin(
                c.x(), target(c), c.optional("weight"), reduction(c)));
    t.op(
        "triplet_margin_loss",
        c ->
            MarginLosses.tripletMargin(
                c.a(),
                c.in("p"),
                c.in("n"),
                new TripletOptions(
                    c.number("margin"), c.number("p"), c.number("eps"), false, reduction(c))));
  }

  private static Tensor target(Context c) {
    return c.in("target");
  }

  private static ClassOptions classes(Context c) {
    return ClassOptions.defaults()
        .weight(c.optional("weight"))
        .ignoreIndex(c.integer("ignore_index", -100))
        .labelSmoothing(c.number("label_smoothing", 0))
        .reduction(reduction(c));
  }

  static Reduction reduction(Context c) {
    String name = c.attributes().text("reduction", "mean");
    return switch (name) {
      case "mean" -> Reduction.MEAN;
      case "sum" -> Reduction.SUM;
      case "none" -> Reduction.NONE;
      case "batchmean" -> Reduction.BATCH_MEAN;
      default -> throw new FormatException("Unknown reduction " + name);
    };
  }
}
