package dev.gatun.ai.testkit;

/** A provider's error, which each dialect expresses in its own status, code and words. */
public enum Failure {
  /** 400: something in the request is wrong. */
  INVALID_REQUEST,
  /** 400: the prompt is longer than the model's window. */
  CONTEXT_LENGTH,
  /** A key that is not valid: 401; on Gemini and xAI 400. */
  AUTHENTICATION,
  /**
   * Nothing left to pay with: OpenAI 429 insufficient_quota, Anthropic 402, Gemini 429 on a daily
   * quota, Perplexity 401 insufficient_quota, xAI 429.
   */
  QUOTA,
  /** 403: the key may not do this. */
  PERMISSION,
  /** 404: no such model; Perplexity 400 invalid_model. */
  MODEL_NOT_FOUND,
  /** 413: the request has too many bytes; Gemini 400. */
  TOO_LARGE,
  /** 429: too fast. */
  RATE_LIMIT,
  /** The provider is overloaded: 503; Anthropic 529. */
  OVERLOADED,
  /** 500. */
  SERVER,
  /** 504. */
  TIMEOUT,
  /** The prompt is refused by a filter: 400; Gemini 200 with a block reason. */
  CONTENT_FILTER,
  /** 410: this API has been retired, as Perplexity's Sonar was. */
  GONE
}
