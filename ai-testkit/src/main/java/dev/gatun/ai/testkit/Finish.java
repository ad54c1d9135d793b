package dev.gatun.ai.testkit;

/** Why a scripted model stopped. Each dialect has its own word for it. */
public enum Finish {
  /** It was done. */
  STOP,
  /** The limit of output tokens was reached. */
  LENGTH,
  /** It waits for the results of tools. */
  TOOL_CALLS,
  /** A filter took the answer away. */
  CONTENT_FILTER,
  /** The model declined. */
  REFUSAL,
  /** A stop sequence was produced. */
  STOP_SEQUENCE,
  /** The context window was full. */
  CONTEXT_WINDOW,
  /** Anthropic's pause_turn; elsewhere as {@link #STOP}. */
  PAUSE,
  /** Gemini's MALFORMED_FUNCTION_CALL; elsewhere as {@link #STOP}. */
  MALFORMED_CALL
}
