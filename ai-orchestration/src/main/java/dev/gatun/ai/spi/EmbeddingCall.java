package dev.gatun.ai.spi;

import dev.gatun.ai.EmbeddingRequest;

/**
 * One attempt of an embedding request at one provider.
 *
 * @param request the request
 * @param model the model
 * @param key the key
 * @param context deadline, cancellation and correlation
 */
public record EmbeddingCall(
    EmbeddingRequest request, ModelInfo model, Secret key, CallContext context) {}
