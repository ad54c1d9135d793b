package dev.gatun.ai.client;

import dev.gatun.ai.Capability;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.Cost;
import dev.gatun.ai.DataPolicy;
import dev.gatun.ai.EmbeddingRequest;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Part;
import dev.gatun.ai.ResponseFormat;
import dev.gatun.ai.RoutePlan;
import dev.gatun.ai.Task;
import dev.gatun.ai.ToolChoice;
import dev.gatun.ai.Usage;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.routing.Candidate;
import dev.gatun.ai.routing.RouteContext;
import dev.gatun.ai.spi.ModelInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the models that can serve a request, and has the policy rank them. No I/O. */
final class Router {
  private final Settings settings;
  private static final ModelRef NOBODY = new ModelRef("-", "-");

  private final Map<String, ProviderState> providers;
  private final AnswerLengths lengths;

  Router(Settings settings, Map<String, ProviderState> providers, AnswerLengths lengths) {
    this.settings = settings;
    this.lengths = lengths;
    this.providers = providers;
  }

  Plan plan(ChatRequest request, boolean streaming, long seed) {
    long tokens = Tokens.of(request);
    Found found = new Found();
    Set<Capability> needs = needs(request, streaming);
    if (request.model().isPresent()) {
      pinned(request.model().get(), found)
          .ifPresent(o -> consider(request, needs, o, tokens, found));
    } else {
      for (ProviderState p : providers.values()) {
        for (ModelInfo m : p.provider.models()) {
          consider(request, needs, new Option(p, m, 0), tokens, found);
        }
      }
    }
    long expectedOutput =
        Math.min(
            request.maxOutputTokens().orElse(Integer.MAX_VALUE),
            (int) lengths.expected(request.task(), NOBODY));
    RouteContext context =
        new RouteContext(request, tokens, expectedOutput, seed, settings.time().now());
    List<RoutePlan.Ranked> ranking =
        found.candidates.isEmpty() ? List.of() : settings.policy().rank(context, found.candidates);
    List<Option> order = new ArrayList<>(ranking.size());
    for (RoutePlan.Ranked r : ranking) {
      Option o = found.options.get(r.model());
      if (o == null) {
        throw new IllegalStateException(
            "Routing policy "
                + settings.policy().name()
                + " ranked "
                + r.model()
                + ", which was no candidate");
      }
      order.add(o);
    }
    RoutePlan route =
        new RoutePlan(settings.policy().name(), request.task(), tokens, ranking, found.exclusions);
    return new Plan(route, order, found.unhealthy);
  }

  /**
   * The embedding model that is asked: vectors of different models do not compare, so it is always
   * the first in the order of providers and models that its data may go to, whatever their state.
   */
  Plan plan(EmbeddingRequest request) {
    Found found = new Found();
    long tokens = Tokens.of(request.inputs());
    List<Option> order = new ArrayList<>();
    if (request.model().isPresent()) {
      pinned(request.model().get(), found)
          .filter(o -> permitted(request.data(), o, found))
          .ifPresent(order::add);
    } else {
      for (ProviderState p : providers.values()) {
        for (ModelInfo m : p.provider.models()) {
          Option o = new Option(p, m, 0);
          if (order.isEmpty()
              && m.capabilities().contains(Capability.EMBEDDINGS)
              && permitted(request.data(), o, found)) {
            order.add(o);
          }
        }
      }
    }
    List<Option> options = new ArrayList<>();
    List<RoutePlan.Ranked> ranking = new ArrayList<>();
    for (Option o : order) {
      long input = o.provider().stats(o.ref().model()).input(tokens);
      Cost cost = cost(o.model(), Usage.of(input, 0));
      options.add(new Option(o.provider(), o.model(), input));
      ranking.add(
          new RoutePlan.Ranked(
              o.ref(),
              1,
              cost,
              o.model().quality(Task.GENERAL),
              Optional.empty(),
              List.of("the first model that computes embeddings")));
    }
    return new Plan(
        new RoutePlan("first", Task.GENERAL, tokens, ranking, found.exclusions),
        options,
        List.of());
  }

  private static final class Found {
    final List<Candidate> candidates = new ArrayList<>();
    final Map<ModelRef, Option> options = new HashMap<>();
    final List<RoutePlan.Exclusion> exclusions = new ArrayList<>();
    final List<AiException> unhealthy = new ArrayList<>();

    void exclude(ModelRef model, String reason) {
      exclusions.add(new RoutePlan.Exclusion(model, reason));
    }
  }

  private Optional<Option> pinned(ModelRef ref, Found found) {
    ProviderState p = providers.get(ref.provider());
    if (p == null) {
      found.exclude(
          ref, "There is no provider " + ref.provider() + "; there are " + providers.keySet());
      return Optional.empty();
    }
    Optional<ModelInfo> m = p.provider.model(ref.model());
    if (m.isEmpty()) {
      found.exclude(ref, "Provider " + ref.provider() + " has no such model");
    }
    return m.map(info -> new Option(p, info, 0));
  }

  private void consider(
      ChatRequest r, Set<Capability> needs, Option option, long tokens, Found found) {
    ProviderState p = option.provider();
    ModelInfo m = option.model();
    if (!m.can(needs)) {
      Set<Capability> missing = EnumSet.copyOf(needs);
      missing.removeAll(m.capabilities());
      found.exclude(m.ref(), "It lacks " + missing);
      return;
    }
    if (!permitted(r.data(), option, found)) {
      return;
    }
    ModelStats stats = p.stats(m.ref().model());
    long input = stats.input(tokens);
    if (input + r.maxOutputTokens().orElse(1) > m.contextWindow()) {
      found.exclude(
          m.ref(),
          "About "
              + input
              + " tokens of prompt and "
              + r.maxOutputTokens().orElse(1)
              + " of answer do not fit its window of "
              + m.contextWindow());
      return;
    }
    long output =
        Math.min(
            r.maxOutputTokens().orElse(Integer.MAX_VALUE), lengths.expected(r.task(), m.ref()));
    Cost cost = cost(m, expected(r, input, output));
    if (r.maxCost().isPresent()) {
      if (cost.source() == Cost.Source.UNKNOWN) {
        found.exclude(m.ref(), "Its price is not known, and the request limits its cost");
        return;
      }
      if (cost.amount().compareTo(r.maxCost().get()) > 0) {
        found.exclude(
            m.ref(),
            "It would cost about " + cost.amount() + ", the request allows " + r.maxCost().get());
        return;
      }
    }
    Optional<AiException> unusable = unusable(p, m.ref());
    if (unusable.isPresent()) {
      found.unhealthy.add(unusable.get());
      found.exclude(m.ref(), unusable.get().failure().message());
      return;
    }
    Duration wait = p.waiting();
    found.candidates.add(
        new Candidate(
            m,
            cost,
            stats.firstContent.value().or(stats.whole::value),
            p.risk(),
            wait,
            p.inFlight()));
    found.options.put(m.ref(), new Option(p, m, input));
  }

  private static boolean permitted(DataPolicy data, Option option, Found found) {
    String provider = option.provider().id();
    if (!data.permits(provider)) {
      found.exclude(option.ref(), "The request's data must not go to " + provider);
    }
    return data.permits(provider);
  }

  /** Why no key of a provider can be used, if so. */
  private static Optional<AiException> unusable(ProviderState p, ModelRef at) {
    AiException why = null;
    for (KeyState k : p.keys) {
      Optional<AiException> u = k.unusable(p.id());
      if (u.isEmpty()) {
        return Optional.empty();
      }
      why = u.get();
    }
    return Optional.ofNullable(why).map(w -> w.at().isPresent() ? w : Errors.at(w, at));
  }

  private static Set<Capability> needs(ChatRequest r, boolean streaming) {
    Set<Capability> needs = EnumSet.of(streaming ? Capability.STREAM : Capability.CHAT);
    if (!r.tools().isEmpty()) {
      needs.add(Capability.TOOLS);
      if (r.toolChoice() instanceof ToolChoice.Required
          || r.toolChoice() instanceof ToolChoice.Named) {
        needs.add(Capability.FORCED_TOOLS);
      }
    }
    if (r.format() instanceof ResponseFormat.JsonSchema) {
      needs.add(Capability.JSON_SCHEMA);
    }
    if (r.search().isPresent()) {
      needs.add(Capability.WEB_SEARCH);
    }
    for (Message message : r.messages()) {
      for (Part part : message.parts()) {
        if (part instanceof Part.Image) {
          needs.add(Capability.IMAGES);
        }
      }
    }
    return needs;
  }

  private static Usage expected(ChatRequest r, long input, long output) {
    return new Usage(
        input, 0, 0, 0, output, 0, r.search().isPresent() ? 1 : 0, 1, Optional.empty(), true);
  }

  private static Cost cost(ModelInfo m, Usage usage) {
    return m.prices().map(p -> new Cost(p.of(usage), Cost.Source.ESTIMATED)).orElse(Cost.UNKNOWN);
  }
}
