/**
 * The providers: OpenAI, Anthropic, Perplexity, Gemini, xAI, any endpoint that follows OpenAI, and
 * a demo without a key. Each entry class has {@code fromEnv()} and {@code builder()}.
 */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai.provider;
