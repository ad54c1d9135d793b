package dev.gatun.ai.testkit.dialect;

import dev.gatun.ai.testkit.Tokens;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What each API reports as used: the same tokens, added up in different ways. */
final class Usages {
  /** xAI's ticks in a dollar. */
  private static final BigDecimal TICKS = BigDecimal.TEN.pow(10);

  private static final BigDecimal MILLION = BigDecimal.TEN.pow(6);

  private Usages() {}

  /** The prompt includes cached tokens, the completion includes reasoning. */
  static Map<String, @Nullable Object> openAiChat(Answer answer) {
    Tokens tokens = answer.tokens();
    return Json.obj(
        "prompt_tokens", tokens.prompt(),
        "completion_tokens", tokens.output() + tokens.reasoning(),
        "total_tokens", tokens.prompt() + tokens.output() + tokens.reasoning(),
        "prompt_tokens_details",
            Json.obj(
                "cached_tokens",
                tokens.cacheRead(),
                "cache_write_tokens",
                tokens.cacheWrite5m() + tokens.cacheWrite1h(),
                "audio_tokens",
                0),
        "completion_tokens_details",
            Json.obj(
                "reasoning_tokens", tokens.reasoning(),
                "audio_tokens", 0,
                "accepted_prediction_tokens", 0,
                "rejected_prediction_tokens", 0));
  }

  /** The prompt includes cached tokens, the completion does not include reasoning. */
  static Map<String, @Nullable Object> xaiChat(Answer answer) {
    Tokens tokens = answer.tokens();
    return Json.obj(
        "prompt_tokens", tokens.prompt(),
        "completion_tokens", tokens.output(),
        "total_tokens", tokens.prompt() + tokens.output() + tokens.reasoning(),
        "prompt_tokens_details",
            Json.obj(
                "text_tokens",
                tokens.prompt(),
                "audio_tokens",
                0,
                "image_tokens",
                0,
                "cached_tokens",
                tokens.cacheRead()),
        "completion_tokens_details",
            Json.obj(
                "reasoning_tokens", tokens.reasoning(),
                "audio_tokens", 0,
                "accepted_prediction_tokens", 0,
                "rejected_prediction_tokens", 0),
        "num_sources_used", tokens.searches(),
        "cost_in_usd_ticks", ticks(tokens));
  }

  /** Output includes reasoning; xAI adds its ticks. */
  static Map<String, @Nullable Object> responses(Answer answer, boolean xai) {
    Tokens tokens = answer.tokens();
    long output = tokens.output() + tokens.reasoning();
    var details = Json.obj("cached_tokens", tokens.cacheRead());
    if (!xai) {
      details.put("cache_write_tokens", tokens.cacheWrite5m() + tokens.cacheWrite1h());
    }
    var usage =
        Json.obj(
            "input_tokens",
            tokens.prompt(),
            "input_tokens_details",
            details,
            "output_tokens",
            output,
            "output_tokens_details",
            Json.obj("reasoning_tokens", tokens.reasoning()),
            "total_tokens",
            tokens.prompt() + output);
    if (xai) {
      usage.put("num_sources_used", tokens.searches());
      usage.put("num_server_side_tools_used", tokens.searches());
      usage.put("cost_in_usd_ticks", ticks(tokens));
      usage.put(
          "context_details", Json.obj("input_tokens", tokens.prompt(), "output_tokens", output));
    }
    return usage;
  }

  /**
   * Ticks as given, or at $0.30, $0.075 and $0.50 for a million tokens of input, cached input and
   * output.
   */
  private static long ticks(Tokens tokens) {
    BigDecimal cost = tokens.cost();
    if (cost == null) {
      cost =
          price(tokens.prompt() - tokens.cacheRead(), "0.30")
              .add(price(tokens.cacheRead(), "0.075"))
              .add(price(tokens.output() + tokens.reasoning(), "0.50"));
    } else {
      BigDecimal fee = tokens.requestCost();
      cost = fee == null ? cost : cost.add(fee);
    }
    return cost.multiply(TICKS).setScale(0, RoundingMode.HALF_UP).longValueExact();
  }

  private static BigDecimal price(long tokens, String perMillion) {
    return BigDecimal.valueOf(tokens).multiply(new BigDecimal(perMillion)).divide(MILLION);
  }

  /**
   * Sonar's usage: $1 for a million tokens either way and $0.005 for a request, unless given. While
   * the stream runs, the cost is zero and the fee is not there.
   */
  static Map<String, @Nullable Object> sonar(Answer answer, long output, boolean done) {
    Tokens tokens = answer.tokens();
    var usage =
        Json.obj(
            "prompt_tokens",
            tokens.prompt(),
            "completion_tokens",
            output,
            "total_tokens",
            tokens.prompt() + output,
            "search_context_size",
            contextSize(answer));
    if (tokens.reasoning() > 0) {
      usage.put("reasoning_tokens", tokens.reasoning());
    }
    if (tokens.searches() > 0) {
      usage.put("num_search_queries", tokens.searches());
    }
    if (!done) {
      usage.put("cost", Json.obj("input_tokens_cost", 0, "output_tokens_cost", 0, "total_cost", 0));
      return usage;
    }
    BigDecimal fee = tokens.requestCost();
    fee = fee == null ? new BigDecimal("0.005") : fee;
    BigDecimal given = tokens.cost();
    BigDecimal out = price(output + tokens.reasoning(), "1");
    BigDecimal in = given == null ? price(tokens.prompt(), "1") : given.subtract(out);
    if (in.signum() < 0) {
      in = given == null ? in : given;
      out = BigDecimal.ZERO;
    }
    usage.put(
        "cost",
        Json.obj(
            "input_tokens_cost", plain(in),
            "output_tokens_cost", plain(out),
            "request_cost", plain(fee),
            "total_cost", plain(in.add(out).add(fee))));
    return usage;
  }

  private static String contextSize(Answer answer) {
    Object asked =
        Json.map(answer.request().json().get("web_search_options")).get("search_context_size");
    return asked instanceof String size ? size : "low";
  }

  /** The Agent API's usage: the price of a search is that of a tool. */
  static Map<String, @Nullable Object> agent(Answer answer) {
    Tokens tokens = answer.tokens();
    long output = tokens.output() + tokens.reasoning();
    int searches = tokens.searches();
    BigDecimal tools = tokens.requestCost();
    if (tools == null) {
      tools = BigDecimal.valueOf(searches).multiply(new BigDecimal("0.005"));
    }
    BigDecimal given = tokens.cost();
    BigDecimal read = price(tokens.cacheRead(), "0.1");
    BigDecimal write = price(tokens.cacheWrite5m() + tokens.cacheWrite1h(), "1.25");
    BigDecimal out = price(output, "1");
    BigDecimal in = price(tokens.input(), "1");
    if (given != null) {
      in = given;
      out = BigDecimal.ZERO;
      read = BigDecimal.ZERO;
      write = BigDecimal.ZERO;
    }
    var cost = Json.obj("currency", "USD", "input_cost", plain(in), "output_cost", plain(out));
    if (tokens.cacheRead() > 0) {
      cost.put("cache_read_cost", plain(read));
    }
    if (tokens.cacheWrite5m() + tokens.cacheWrite1h() > 0) {
      cost.put("cache_creation_cost", plain(write));
    }
    if (tools.signum() > 0) {
      cost.put("tool_calls_cost", plain(tools));
    }
    cost.put("total_cost", plain(in.add(out).add(read).add(write).add(tools)));
    var usage =
        Json.obj(
            "input_tokens",
            tokens.prompt(),
            "output_tokens",
            output,
            "total_tokens",
            tokens.prompt() + output,
            "input_tokens_details",
            Json.obj(
                "cache_creation_input_tokens",
                tokens.cacheWrite5m() + tokens.cacheWrite1h(),
                "cache_read_input_tokens",
                tokens.cacheRead()),
            "cost",
            cost);
    if (searches > 0) {
      usage.put("tool_calls_details", Json.obj("web_search", Json.obj("invocation", searches)));
    }
    return usage;
  }

  private static BigDecimal plain(BigDecimal value) {
    return value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
  }

  /** Input excludes the caches; output includes thinking. */
  static Map<String, @Nullable Object> anthropic(Answer answer, long output) {
    Tokens tokens = answer.tokens();
    String tier = tokens.tier();
    var usage =
        Json.obj(
            "input_tokens",
            tokens.input(),
            "cache_creation_input_tokens",
            tokens.cacheWrite5m() + tokens.cacheWrite1h(),
            "cache_read_input_tokens",
            tokens.cacheRead(),
            "cache_creation",
            Json.obj(
                "ephemeral_5m_input_tokens", tokens.cacheWrite5m(),
                "ephemeral_1h_input_tokens", tokens.cacheWrite1h()),
            "output_tokens",
            output,
            "service_tier",
            tier == null ? "standard" : tier,
            "inference_geo",
            "not_available");
    if (tokens.searches() > 0) {
      usage.put("server_tool_use", Json.obj("web_search_requests", tokens.searches()));
    }
    return usage;
  }

  /** The prompt includes cached tokens; the candidates exclude thoughts. */
  static Map<String, @Nullable Object> gemini(Answer answer, long output) {
    Tokens tokens = answer.tokens();
    var usage = Json.obj("promptTokenCount", tokens.prompt());
    if (output > 0) {
      usage.put("candidatesTokenCount", output);
    }
    usage.put("totalTokenCount", tokens.prompt() + output + tokens.reasoning());
    if (tokens.cacheRead() > 0) {
      usage.put("cachedContentTokenCount", tokens.cacheRead());
    }
    usage.put(
        "promptTokensDetails",
        java.util.List.of(Json.obj("modality", "TEXT", "tokenCount", tokens.prompt())));
    if (tokens.reasoning() > 0) {
      usage.put("thoughtsTokenCount", tokens.reasoning());
    }
    String tier = tokens.tier();
    usage.put("serviceTier", tier == null ? "standard" : tier);
    return usage;
  }
}
