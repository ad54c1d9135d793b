package dev.gatun.ai.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.ai.Capability;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.Cost;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.RoutePlan;
import dev.gatun.ai.Task;
import dev.gatun.ai.Usd;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ModelInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicyTest {
  private static final ChatRequest CODE = ChatRequest.of(Task.CODE, "Write a parser");

  private static ModelRef ref(String name) {
    return new ModelRef("p", name);
  }

  private static ModelInfo model(String name, double code, double general) {
    return new ModelInfo(
        ref(name),
        EnumSet.allOf(Capability.class),
        100_000,
        4_000,
        Map.of(Task.CODE, code, Task.GENERAL, general),
        Optional.empty());
  }

  private static Candidate candidate(ModelInfo m, String usd) {
    return new Candidate(
        m, new Cost(Usd.of(usd), Cost.Source.ESTIMATED), Optional.empty(), 0, Duration.ZERO, 0);
  }

  private static Candidate observed(
      ModelInfo m, long millis, double risk, int seconds, int inFlight) {
    return new Candidate(
        m,
        new Cost(Usd.of("0.001"), Cost.Source.ESTIMATED),
        Optional.of(Duration.ofMillis(millis)),
        risk,
        Duration.ofSeconds(seconds),
        inFlight);
  }

  private static List<String> order(RoutingPolicy policy, long seed, Candidate... candidates) {
    return policy
        .rank(new RouteContext(CODE, 100, 100, seed, Instant.EPOCH), List.of(candidates))
        .stream()
        .map(r -> r.model().model())
        .toList();
  }

  @Test
  void taskAffinityPrefersWhoIsGoodAtTheTaskAndThenTheCheaper() {
    Candidate coder = candidate(model("coder", 0.9, 0.3), "0.002");
    Candidate talker = candidate(model("talker", 0.5, 0.9), "0.002");
    Candidate cheap = candidate(model("cheap", 0.88, 0.3), "0.0001");
    RoutingPolicy policy = RoutingPolicy.taskAffinity();
    assertThat(order(policy, 1, talker, coder)).containsExactly("coder", "talker");
    assertThat(order(policy, 1, talker, coder, cheap).getFirst()).isEqualTo("cheap");
  }

  @Test
  void aModelThatFailsOrAsksToWaitFallsBehind() {
    ModelInfo a = model("a", 0.9, 0.9);
    Candidate b = observed(model("b", 0.8, 0.8), 100, 0, 0, 0);
    RoutingPolicy policy = RoutingPolicy.taskAffinity();
    assertThat(order(policy, 1, observed(a, 100, 0, 0, 0), b).getFirst()).isEqualTo("a");
    assertThat(order(policy, 1, observed(a, 100, 0.5, 0, 0), b).getFirst()).isEqualTo("b");
    assertThat(order(policy, 1, observed(a, 100, 0, 10, 0), b).getFirst()).isEqualTo("b");
  }

  @Test
  void cheapestTakesNobodyWhoIsNotGoodEnough() {
    Candidate bad = candidate(model("bad", 0.4, 0.4), "0.0001");
    Candidate dear = candidate(model("dear", 0.9, 0.9), "0.01");
    Candidate fair = candidate(model("fair", 0.7, 0.7), "0.001");
    assertThat(order(RoutingPolicy.cheapest(0.6), 1, bad, dear, fair))
        .containsExactly("fair", "dear", "bad");
  }

  @Test
  void fastestCountsFailuresAndUnknownsIn() {
    ModelInfo a = model("a", 0.5, 0.5);
    ModelInfo b = model("b", 0.5, 0.5);
    Candidate c = observed(model("c", 0.5, 0.5), 900, 0, 0, 0);
    RoutingPolicy policy = RoutingPolicy.fastest();
    // 100 ms with four of five failing are 500 ms.
    assertThat(order(policy, 1, observed(a, 100, 0.8, 0, 0), observed(b, 300, 0, 0, 0), c))
        .containsExactly("b", "a", "c");
    assertThat(order(policy, 1, observed(a, 100, 0, 0, 0), observed(b, 300, 0, 5, 0), c))
        .containsExactly("a", "c", "b");
    Candidate unknown = candidate(b, "0.001");
    Candidate slow = observed(model("d", 0.5, 0.5), 2000, 0, 0, 0);
    assertThat(order(policy, 1, observed(a, 100, 0, 0, 0), slow, unknown, c).getLast())
        .isEqualTo("d");
  }

  @Test
  void tiesAreDrawnAndGoToTheLessLoadedOfTwo() {
    ModelInfo a = model("a", 0.5, 0.5);
    RoutingPolicy policy = RoutingPolicy.taskAffinity();
    Candidate free = observed(a, 100, 0, 0, 0);
    Candidate busy = observed(a, 100, 0, 0, 3);
    Candidate b = observed(model("b", 0.5, 0.5), 100, 0, 0, 0);
    int first = 0;
    for (int seed = 0; seed < 1000; seed++) {
      List<String> order = order(policy, seed, free, b);
      assertThat(order(policy, seed, free, b)).isEqualTo(order);
      first += order.getFirst().equals("a") ? 1 : 0;
      assertThat(order(policy, seed, busy, b).getFirst()).isEqualTo("b");
    }
    assertThat(first).isBetween(440, 560);
  }

  @Test
  void weightsMustBePositive() {
    assertThatThrownBy(() -> RoutingPolicy.weighted(Map.of(ref("a"), 0.0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("p/a");
  }

  @Test
  void aSettingThatAModelIgnoresDecidesBetweenEquals() {
    Set<Capability> fewer = EnumSet.allOf(Capability.class);
    fewer.remove(Capability.TEMPERATURE);
    ModelInfo less = new ModelInfo(ref("less"), fewer, 100_000, 4_000, Map.of(), Optional.empty());
    ModelInfo all =
        new ModelInfo(
            ref("all"),
            EnumSet.allOf(Capability.class),
            100_000,
            4_000,
            Map.of(),
            Optional.empty());
    ChatRequest r = ChatRequest.builder().user("x").temperature(0.1).build();
    for (int seed = 0; seed < 20; seed++) {
      List<RoutePlan.Ranked> ranking =
          RoutingPolicy.taskAffinity()
              .rank(
                  new RouteContext(r, 1, 1, seed, Instant.EPOCH),
                  List.of(candidate(less, "0.001"), candidate(all, "0.001")));
      assertThat(ranking.getFirst().model()).isEqualTo(ref("all"));
    }
  }

  @Test
  void theRidgeSolvesItsNormalEquations() {
    // With next to no ridge and more buckets than words, the training scores are met.
    List<RidgePredictor.Example> examples = new ArrayList<>();
    String[] words = {"alpha", "beta", "gamma", "delta", "epsilon"};
    double[] scores = {0.1, 0.9, 0.4, 0.7, 0.2};
    for (int i = 0; i < words.length; i++) {
      examples.add(new RidgePredictor.Example(words[i], Map.of(ref("m"), scores[i])));
    }
    RidgePredictor p = RidgePredictor.train(examples, 512, 1e-6);
    for (int i = 0; i < words.length; i++) {
      assertThat(p.predict(ChatRequest.of(words[i])).applyAsDouble(model("m", 0, 0)))
          .isCloseTo(scores[i], within(1e-4));
    }
    RidgePredictor again = RidgePredictor.of((Json.Obj) Json.parse(p.toJson().toString()));
    assertThat(again.models()).containsExactly(ref("m"));
    assertThat(again.predict(ChatRequest.of("beta")).applyAsDouble(model("m", 0, 0)))
        .isCloseTo(0.9, within(1e-4));
    // What it was not trained for is as good as the catalog says.
    assertThat(p.predict(CODE).applyAsDouble(model("other", 0.33, 0))).isEqualTo(0.33);
  }

  @Test
  void aPredictorNeedsAScoreOfEachModel() {
    List<RidgePredictor.Example> examples =
        List.of(
            new RidgePredictor.Example("a", Map.of(ref("m"), 1.0, ref("n"), 0.0)),
            new RidgePredictor.Example("b", Map.of(ref("m"), 1.0)));
    assertThatThrownBy(() -> RidgePredictor.train(examples))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RidgePredictor.of(Json.Obj.EMPTY))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
