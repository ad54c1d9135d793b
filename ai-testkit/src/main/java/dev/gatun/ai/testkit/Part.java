package dev.gatun.ai.testkit;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A piece of what a scripted model says. Each dialect writes it in its own shape. */
public sealed interface Part {

  /** Visible text. */
  record Text(String text) implements Part {
    public Text {
      Objects.requireNonNull(text, "text");
    }
  }

  /**
   * Reasoning: Anthropic's thinking block with its signature, Gemini's thought, xAI's
   * reasoning_content, the reasoning item of Responses (the signature is its encrypted content).
   * OpenAI's chat completions and Perplexity show none of it.
   */
  record Thinking(String text, @Nullable String signature) implements Part {
    public Thinking {
      Objects.requireNonNull(text, "text");
    }
  }

  /**
   * A call of one of the request's tools.
   *
   * @param id the call's id; null makes one up in the dialect's style
   * @param arguments JSON text of an object; sent verbatim where the dialect sends text
   */
  record ToolCall(@Nullable String id, String name, String arguments) implements Part {
    public ToolCall {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(arguments, "arguments");
    }
  }

  /** A refusal in OpenAI's sense; elsewhere it is text that ends with the refusal's stop reason. */
  record Refusal(String text) implements Part {
    public Refusal {
      Objects.requireNonNull(text, "text");
    }
  }

  /** A source that the answer rests on. */
  record Citation(String url, String title, String snippet) implements Part {
    public Citation {
      Objects.requireNonNull(url, "url");
      Objects.requireNonNull(title, "title");
      Objects.requireNonNull(snippet, "snippet");
    }
  }
}
