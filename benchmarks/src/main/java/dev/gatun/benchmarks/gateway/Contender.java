package dev.gatun.benchmarks.gateway;

import java.util.Map;

/**
 * A server under load.
 *
 * @param process the server
 * @param port where it listens
 * @param headers what its clients send
 */
record Contender(ServerProcess process, int port, Map<String, String> headers)
    implements AutoCloseable {
  /** A model whose answer comes at once. */
  static final String INSTANT = "gpt-4.1-mini";

  /** A model whose answer comes after 20 ms, whole. */
  static final String QUICK = "gpt-5.6-luna";

  /** A model whose answer begins after 20 ms, with 2 ms between its words. */
  static final String FLUENT = "gpt-6-luna";

  /** A model that streams a word each 100 ms. */
  static final String SLOW = "gpt-5.6-terra";

  /** A model that never answers. */
  static final String HUNG = "grok-4.6";

  /** How many words an answer has. */
  static final int WORDS = 20;

  private static final String SYSTEM =
      "You are a careful assistant of a shipping company at the Panama Canal. Answer in plain words,"
          + " name the vessel and the lock, and say when you are not sure. Prices are in dollars,"
          + " times in the time of Panama.";
  private static final String USER =
      "The vessel Ancon waits before the Gatun locks since half past six. Its draft is 39 feet and"
          + " its slot was booked for seven. Which lane is free next, what does a change of the"
          + " slot cost, and what has to be told to the agent?";

  String name() {
    return process.name();
  }

  /** Requests for chat. */
  Lane chat(String model, int connections, double rate, boolean stream) {
    String body =
        "{\"model\":\"%s\",\"messages\":[{\"role\":\"system\",\"content\":\"%s\"},{\"role\":\"user\",\"content\":\"%s\"}],\"temperature\":0.2,\"max_tokens\":200%s}"
            .formatted(model, SYSTEM, USER, stream ? ",\"stream\":true" : "");
    return Lane.post(port, "/v1/chat/completions", headers, body, connections, rate, WORDS, stream);
  }

  @Override
  public void close() {
    process.close();
  }
}
