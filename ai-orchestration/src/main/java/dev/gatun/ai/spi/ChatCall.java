package dev.gatun.ai.spi;

import dev.gatun.ai.ChatRequest;

/**
 * One attempt of a chat request at one provider. Immutable: each attempt gets its own, so nothing
 * of one provider reaches another.
 *
 * @param request the request, personal data already removed
 * @param model the model, as the provider names it
 * @param key the key
 * @param context deadline, cancellation and correlation
 */
public record ChatCall(ChatRequest request, ModelInfo model, Secret key, CallContext context) {}
