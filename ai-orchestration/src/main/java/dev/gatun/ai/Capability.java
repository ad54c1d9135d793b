package dev.gatun.ai;

/**
 * What a model can do; a request needs some of these, and routing keeps to models that have them.
 */
public enum Capability {
  /** Answers chat requests. */
  CHAT,
  /** Streams its answer. */
  STREAM,
  /** Calls tools. */
  TOOLS,
  /** Calls a tool when the request demands it. */
  FORCED_TOOLS,
  /** Keeps to a JSON schema. */
  JSON_SCHEMA,
  /** Understands images. */
  IMAGES,
  /** Searches the web and cites. */
  WEB_SEARCH,
  /** Reasons before it answers, with an effort that can be chosen. */
  REASONING,
  /** Accepts a sampling temperature. */
  TEMPERATURE,
  /** Accepts a seed. */
  SEED,
  /** Computes embeddings. */
  EMBEDDINGS
}
