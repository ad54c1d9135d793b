package dev.gatun.ai.testkit;

import java.util.Locale;

/** A provider's way to speak: its paths, shapes, headers and errors. */
public enum Dialect {
  /** Chat completions, Responses, embeddings and models, below {@code /openai/v1}. */
  OPENAI("/openai", "/v1"),
  /** Messages, below {@code /anthropic}: clients add {@code /v1/messages}. */
  ANTHROPIC("/anthropic", ""),
  /** Sonar chat completions and the Agent API, below {@code /perplexity}. */
  PERPLEXITY("/perplexity", ""),
  /** generateContent and its kin, below {@code /gemini}: clients add {@code /v1beta}. */
  GEMINI("/gemini", ""),
  /** Grok's chat completions and Responses, below {@code /xai/v1}. */
  XAI("/xai", "/v1");

  private final String prefix;
  private final String basePath;

  Dialect(String prefix, String version) {
    this.prefix = prefix;
    this.basePath = prefix + version;
  }

  /** The first segment of the paths that always mean this dialect, such as {@code /openai}. */
  public String prefix() {
    return prefix;
  }

  /** The path to append to the server's address as a client's base URL. */
  public String basePath() {
    return basePath;
  }

  /** The name in lower case, as scripts in JSON have it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
