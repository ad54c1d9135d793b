package dev.gatun.ai.testkit;

import org.jspecify.annotations.Nullable;

/**
 * What a reply says of itself, beside its content.
 *
 * @param finish why the model stopped; null works it out from the content
 * @param finishWord a word to send as the reason in place of the dialect's, or null
 * @param tokens the usage; null estimates it from the texts
 * @param model the model that served, or null for the one asked for
 */
public record Details(
    @Nullable Finish finish,
    @Nullable String finishWord,
    @Nullable Tokens tokens,
    @Nullable String model) {
  /** All worked out by the server. */
  public static final Details DEFAULT = new Details(null, null, null, null);
}
