package dev.gatun.examples.ai.replay;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.RoutePlan;
import dev.gatun.ai.routing.QualityPredictor;
import dev.gatun.ai.routing.RidgePredictor;
import dev.gatun.ai.routing.RoutingPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Routes recorded questions as the client would, and compares quality and cost with always asking
 * the best single model. The predictor and its price of quality come from the development part
 * alone; the test part is routed once, by {@link AiClient#explain}.
 */
final class RoutingReplay {
  /** The share of questions, by the hash of their text, that is kept for the test. */
  static final double TEST_SHARE = 0.4;

  private static final int FOLDS = 5;

  /** What is aimed at on the development part: the goal and room for chance. */
  static final double GOAL = 0.30;

  static final double ROOM = 0.04;

  private final RoutingData data;
  private final int answerTokens;
  private final List<RoutingData.Question> development;
  private final List<RoutingData.Question> test;

  RoutingReplay(RoutingData data, int answerTokens) {
    this.data = data;
    this.answerTokens = answerTokens;
    development = data.questions().stream().filter(q -> q.place() >= TEST_SHARE).toList();
    test = data.questions().stream().filter(q -> q.place() < TEST_SHARE).toList();
  }

  /**
   * What came out.
   *
   * @param single the model that is best on the development part: the baseline
   * @param qualityPerUsd the price of quality that the development part chose
   * @param expected what the development part gave, by cross-validation
   * @param routed what the test part gave
   * @param others other ways of choosing on the test part, by name
   * @param shares how often each model was chosen on the test part
   */
  record Result(
      String data,
      int duplicates,
      int developed,
      int tested,
      int answerTokens,
      ModelRef single,
      double singleQuality,
      double qualityPerUsd,
      Outcome expected,
      Outcome routed,
      Map<String, Outcome> others,
      Map<ModelRef, Double> shares) {
    boolean passes() {
      return routed.saving() >= GOAL && routed.lower() >= -0.01;
    }
  }

  Result run() {
    ModelRef single = best(development);
    Map<String, QualityPredictor> held = heldOut();
    // Quality falls as saving grows: the least price that saves enough is the best one that does.
    double low = 1e-2;
    double high = 1e6;
    while (high / low > 1.01) {
      double middle = Math.sqrt(low * high);
      if (developed(held, middle, single).saving() >= GOAL + ROOM) {
        high = middle;
      } else {
        low = middle;
      }
    }
    double price = high;
    Outcome expected = developed(held, price, single);
    RidgePredictor predictor = train(development);
    List<Choice> choices = route(test, _ -> predictor, price);
    Outcome routed = outcome(test, choices, single);
    Map<ModelRef, Double> shares = new LinkedHashMap<>();
    for (Choice c : choices) {
      shares.merge(c.model(), 1.0 / test.size(), Double::sum);
    }
    return new Result(
        data.name(),
        data.duplicates(),
        development.size(),
        test.size(),
        answerTokens,
        single,
        mean(test, single),
        price,
        expected,
        routed,
        others(single, routed.saving()),
        shares);
  }

  private Outcome developed(Map<String, QualityPredictor> held, double price, ModelRef single) {
    return outcome(
        development,
        route(development, q -> java.util.Objects.requireNonNull(held.get(q.text())), price),
        single);
  }

  /** A chosen model, and what each model would cost. */
  record Choice(ModelRef model, Map<ModelRef, Double> costs) {}

  interface Predictors {
    QualityPredictor of(RoutingData.Question q);
  }

  /** What the client chooses for each question, without asking anybody. */
  private List<Choice> route(
      List<RoutingData.Question> questions, Predictors predictors, double p) {
    Map<String, QualityPredictor> byText = new HashMap<>();
    questions.forEach(q -> byText.put(q.text(), predictors.of(q)));
    QualityPredictor predictor =
        request ->
            java.util.Objects.requireNonNull(byText.get(request.messages().getFirst().text()))
                .predict(request);
    List<Choice> choices = new ArrayList<>(questions.size());
    try (AiClient client =
        AiClient.builder()
            .provider(new Fixed(data.prices(), answerTokens))
            .policy(RoutingPolicy.qualityPerCost(predictor, p))
            .seed(1)
            .build()) {
      for (ModelRef m : data.prices().keySet()) {
        // From an answer of each model the client learns how long answers are.
        byText.put("-", QualityPredictor.CATALOG);
        client.chat(ChatRequest.of("-").model(m));
      }
      for (RoutingData.Question q : questions) {
        RoutePlan plan = client.explain(ChatRequest.of(q.text()));
        Map<ModelRef, Double> costs = new HashMap<>();
        for (RoutePlan.Ranked r : plan.ranking()) {
          costs.put(r.model(), r.expectedCost().amount().pico() * 1e-12);
        }
        choices.add(new Choice(plan.ranking().getFirst().model(), costs));
      }
    }
    return choices;
  }

  private Outcome outcome(
      List<RoutingData.Question> questions, List<Choice> choices, ModelRef single) {
    int n = questions.size();
    double[] score = new double[n];
    double[] cost = new double[n];
    double[] baseScore = new double[n];
    double[] baseCost = new double[n];
    for (int i = 0; i < n; i++) {
      Choice c = choices.get(i);
      score[i] = score(questions.get(i), c.model());
      baseScore[i] = score(questions.get(i), single);
      cost[i] = c.costs().getOrDefault(c.model(), 0.0);
      baseCost[i] = c.costs().getOrDefault(single, 0.0);
    }
    return Outcome.of(score, cost, baseScore, baseCost);
  }

  private static double score(RoutingData.Question q, ModelRef m) {
    return q.scores().getOrDefault(m, 0.0);
  }

  /**
   * For each question of the development part, the predictions of a predictor that never saw it.
   */
  private Map<String, QualityPredictor> heldOut() {
    Map<String, QualityPredictor> held = new HashMap<>();
    for (int fold = 0; fold < FOLDS; fold++) {
      int f = fold;
      RidgePredictor predictor = train(development.stream().filter(q -> fold(q) != f).toList());
      for (RoutingData.Question q : development) {
        if (fold(q) == f) {
          var scores = predictor.predict(ChatRequest.of(q.text()));
          Map<ModelRef, Double> known = new HashMap<>();
          new Fixed(data.prices(), 1)
              .models()
              .forEach(m -> known.put(m.ref(), scores.applyAsDouble(m)));
          held.put(q.text(), _ -> m -> known.getOrDefault(m.ref(), 0.0));
        }
      }
    }
    return held;
  }

  private static int fold(RoutingData.Question q) {
    return (int) (q.place() * 1e6) % FOLDS;
  }

  private static RidgePredictor train(List<RoutingData.Question> questions) {
    return RidgePredictor.train(
        questions.stream().map(q -> new RidgePredictor.Example(q.text(), q.scores())).toList());
  }

  private double mean(List<RoutingData.Question> questions, ModelRef m) {
    return questions.stream().mapToDouble(q -> score(q, m)).average().orElse(0);
  }

  private ModelRef best(List<RoutingData.Question> questions) {
    return data.prices().keySet().stream()
        .max(java.util.Comparator.comparingDouble(m -> mean(questions, m)))
        .orElseThrow();
  }

  /** Other ways of choosing, on the test part. */
  private Map<String, Outcome> others(ModelRef single, double saving) {
    List<Choice> priced = route(test, _ -> QualityPredictor.CATALOG, 0);
    ModelRef cheapest =
        data.prices().keySet().stream()
            .min(
                java.util.Comparator.comparingDouble((ModelRef m) -> price(m))
                    .thenComparingDouble(m -> -mean(development, m)))
            .orElseThrow();
    Map<String, ModelRef> bestOfGroup = new HashMap<>();
    Map<String, List<RoutingData.Question>> groups = new LinkedHashMap<>();
    development.forEach(q -> groups.computeIfAbsent(q.group(), _ -> new ArrayList<>()).add(q));
    groups.forEach((g, qs) -> bestOfGroup.put(g, best(qs)));
    Map<String, Outcome> others = new LinkedHashMap<>();
    others.put("always the cheapest", fixed(priced, single, _ -> cheapest));
    others.put(
        "best of each group on the development part",
        fixed(priced, single, q -> bestOfGroup.getOrDefault(q.group(), single)));
    double cheapSaving = fixed(priced, single, _ -> cheapest).saving();
    double share = Math.clamp(saving / cheapSaving, 0, 1);
    SplittableRandom random = new SplittableRandom(1);
    others.put(
        "cheapest at random, at equal cost",
        fixed(priced, single, _ -> random.nextDouble() < share ? cheapest : single));
    others.put(
        "oracle",
        fixed(
            priced,
            single,
            q ->
                data.prices().keySet().stream()
                    .max(
                        java.util.Comparator.comparingDouble((ModelRef m) -> score(q, m))
                            .thenComparingDouble(m -> -price(m)))
                    .orElseThrow()));
    return others;
  }

  private double price(ModelRef m) {
    RoutingData.Price p = java.util.Objects.requireNonNull(data.prices().get(m));
    return p.input() + p.output();
  }

  private Outcome fixed(
      List<Choice> priced,
      ModelRef single,
      java.util.function.Function<RoutingData.Question, ModelRef> choose) {
    List<Choice> choices = new ArrayList<>();
    for (int i = 0; i < test.size(); i++) {
      choices.add(new Choice(choose.apply(test.get(i)), priced.get(i).costs()));
    }
    return outcome(test, choices, single);
  }
}
