package dev.gatun.examples.ai.replay;

import dev.gatun.ai.Capability;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Task;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.ChatReply;
import dev.gatun.ai.spi.EmbeddingCall;
import dev.gatun.ai.spi.EmbeddingReply;
import dev.gatun.ai.spi.EventSource;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Prices;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.RateLimits;
import dev.gatun.ai.spi.Secret;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A provider of the recorded models, whose answers all have one length. */
final class Fixed implements Provider {
  private final List<ModelInfo> models;
  private final int answerTokens;

  Fixed(Map<ModelRef, RoutingData.Price> prices, int answerTokens) {
    this.answerTokens = answerTokens;
    models =
        prices.entrySet().stream()
            .map(e ->
                new ModelInfo(
                    e.getKey(),
                    EnumSet.of(Capability.CHAT),
                    1_000_000,
                    1_000_000,
                    Map.of(Task.GENERAL, 0.5),
                    Optional.of(prices(e.getValue()))))
            .toList();
  }

  private static Prices prices(RoutingData.Price p) {
    long in = pico(p.input());
    long out = pico(p.output());
    return new Prices(
        LocalDate.of(2023, 11, 1), List.of(new Prices.Tier(0, in, in, in, in, out, out, 0, 0)));
  }

  private static long pico(double dollarsPerMillion) {
    return Usd.of(BigDecimal.valueOf(dollarsPerMillion).movePointLeft(6)).pico();
  }

  @Override
  public String id() {
    return RoutingData.PROVIDER;
  }

  @Override
  public List<ModelInfo> models() {
    return models;
  }

  @Override
  public Optional<ModelInfo> model(String name) {
    return models.stream().filter(m -> m.ref().model().equals(name)).findFirst();
  }

  @Override
  public List<Secret> keys() {
    return List.of(Secret.NONE);
  }

  @Override
  public ChatReply chat(ChatCall call) {
    return new ChatReply(
        "",
        call.model().ref().model(),
        Message.assistant("-"),
        FinishReason.STOP,
        List.of(),
        Usage.of(0, answerTokens),
        RateLimits.UNKNOWN,
        Json.Obj.EMPTY);
  }

  @Override
  public EventSource stream(ChatCall call) {
    throw new AiException.InvalidRequest(Failure.of("Recorded models do not stream"));
  }

  @Override
  public EmbeddingReply embed(EmbeddingCall call) {
    throw new AiException.InvalidRequest(Failure.of("Recorded models do not embed"));
  }
}
