package dev.gatun.ai.spi;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.error.AiException;

/**
 * Replaces personal data by placeholders before a request leaves, and puts it back into the answer.
 * Thread-safe.
 */
public interface PrivacyGuard {
  /** Changes nothing. */
  PrivacyGuard NONE =
      request ->
          new Redaction() {
            @Override
            public ChatRequest request() {
              return request;
            }

            @Override
            public String restore(String text) {
              return text;
            }

            @Override
            public Restorer restorer() {
              return new Restorer() {
                @Override
                public String add(String delta) {
                  return delta;
                }

                @Override
                public String end() {
                  return "";
                }
              };
            }
          };

  /**
   * Replaces the personal data of a request.
   *
   * @throws AiException.PrivacyViolation when that cannot be done, so that nothing is sent
   */
  Redaction redact(ChatRequest request);

  /** The replacements of one request. Immutable and thread-safe. */
  interface Redaction {
    /** The request without personal data. */
    ChatRequest request();

    /** A text of the answer with the personal data put back. */
    String restore(String text);

    /** Puts it back into a streamed text; one for each text, used by one thread. */
    Restorer restorer();
  }

  /**
   * Restores a text that arrives in pieces: it holds back what may be the start of a placeholder.
   */
  interface Restorer {
    /** What of the text so far can be passed on. */
    String add(String delta);

    /** What was held back, at the end of the text. */
    String end();
  }
}
