package dev.gatun.ai.client;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.Message;
import dev.gatun.ai.Part;
import dev.gatun.ai.ResponseFormat;
import dev.gatun.ai.Tool;
import java.util.List;

/** Estimates tokens from characters: a token is about four of them in most languages' prose. */
final class Tokens {
  private static final int OF_MESSAGE = 4;
  private static final int OF_IMAGE = 1000;
  private static final int OF_TOOL = 8;

  private Tokens() {}

  static long of(ChatRequest r) {
    long quarters = 0;
    long whole = 0;
    for (Message m : r.messages()) {
      whole += OF_MESSAGE;
      for (Part p : m.parts()) {
        switch (p) {
          case Part.Text t -> quarters += quarters(t.text());
          case Part.Image _ -> whole += OF_IMAGE;
          case Part.ToolCall c -> quarters += quarters(c.name()) + quarters(c.arguments());
          case Part.ToolResult t -> quarters += quarters(t.content());
          case Part.Reasoning t -> quarters += quarters(t.text());
        }
      }
    }
    for (Tool t : r.tools()) {
      whole += OF_TOOL;
      quarters += quarters(t.name()) + quarters(t.description());
      quarters += quarters(t.parameters().toString());
    }
    if (r.format() instanceof ResponseFormat.JsonSchema s) {
      quarters += quarters(s.schema().toString());
    }
    return whole + (quarters + 3) / 4;
  }

  static long of(List<String> texts) {
    long quarters = 0;
    for (String t : texts) {
      quarters += quarters(t);
    }
    return (quarters + 3) / 4;
  }

  static long of(CharSequence text) {
    return (quarters(text) + 3) / 4;
  }

  /** Quarters of tokens: an ASCII character is one, others are about two thirds of a token. */
  private static long quarters(CharSequence text) {
    long n = text.length();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0x7f) {
        n += 2;
      }
    }
    return n;
  }
}
