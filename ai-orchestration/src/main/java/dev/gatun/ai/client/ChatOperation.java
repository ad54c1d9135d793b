package dev.gatun.ai.client;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.Usage;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.spi.CallContext;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.ChatReply;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.RateLimits;
import dev.gatun.ai.spi.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A chat request whose answer comes at once. */
final class ChatOperation implements Operation<ChatReply> {
  private final AnswerCheck check;
  private volatile ChatRequest request;
  private boolean repaired;

  ChatOperation(ChatRequest request, AnswerCheck check) {
    this.request = request;
    this.check = check;
  }

  @Override
  public ChatReply run(
      Provider provider, ModelInfo model, Secret key, CallContext context, OptionalInt maxOutput) {
    return Signatures.signed(
        provider.chat(call(request, model, key, context, maxOutput)), model.ref());
  }

  /** An attempt: the limit of its answer, and nothing that another model has signed. */
  static ChatCall call(
      ChatRequest request, ModelInfo model, Secret key, CallContext context, OptionalInt max) {
    ChatRequest limited =
        max.equals(request.maxOutputTokens()) || max.isEmpty()
            ? request
            : request.toBuilder().maxOutputTokens(max.getAsInt()).build();
    return new ChatCall(Signatures.own(limited, model.ref()), model, key, context);
  }

  @Override
  public Optional<AiException> check(ChatReply reply) {
    return check.problem(request.format(), reply.message(), reply.finish());
  }

  @Override
  public synchronized boolean repair(ChatReply reply, AiException problem) {
    if (repaired || reply.finish().kind() == FinishReason.Kind.LENGTH) {
      return false;
    }
    repaired = true;
    List<Message> messages = new ArrayList<>(request.messages());
    messages.add(reply.message());
    messages.add(
        Message.user(
            "That answer is not what was asked for: "
                + problem.getMessage()
                + ". Answer again, with nothing but a JSON document that fits the schema."));
    request = request.toBuilder().messages(messages).build();
    return true;
  }

  @Override
  public String served(ChatReply reply) {
    return reply.served();
  }

  @Override
  public Usage usage(ChatReply reply) {
    return reply.usage();
  }

  @Override
  public RateLimits limits(ChatReply reply) {
    return reply.limits();
  }

  @Override
  public void discard(ChatReply reply) {}

  @Override
  public OptionalInt maxOutput() {
    return request.maxOutputTokens();
  }

  @Override
  public boolean streams() {
    return false;
  }

  @Override
  public int searches() {
    return request.search().isPresent() ? 1 : 0;
  }
}
