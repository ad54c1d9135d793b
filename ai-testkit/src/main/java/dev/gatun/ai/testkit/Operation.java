package dev.gatun.ai.testkit;

/** What a request asks a provider for. */
public enum Operation {
  /** Chat completions, Anthropic's messages, Gemini's generateContent and streamGenerateContent. */
  CHAT,
  /** OpenAI's and xAI's Responses, Perplexity's Agent API. */
  RESPONSES,
  /** Embeddings, Gemini's embedContent and batchEmbedContents. */
  EMBEDDINGS,
  /** The list of models, or one of them. */
  MODELS,
  /** Anthropic's count_tokens and Gemini's countTokens. */
  COUNT_TOKENS,
  /** A path that the dialect does not have. */
  UNKNOWN
}
