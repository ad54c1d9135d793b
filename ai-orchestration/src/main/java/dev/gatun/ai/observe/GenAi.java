package dev.gatun.ai.observe;

/** Names of OpenTelemetry's semantic conventions for generative AI (status: development). */
final class GenAi {
  static final String OPERATION = "gen_ai.operation.name";
  static final String PROVIDER = "gen_ai.provider.name";
  static final String REQUEST_MODEL = "gen_ai.request.model";
  static final String RESPONSE_MODEL = "gen_ai.response.model";
  static final String RESPONSE_ID = "gen_ai.response.id";
  static final String FINISH_REASONS = "gen_ai.response.finish_reasons";
  static final String INPUT_TOKENS = "gen_ai.usage.input_tokens";
  static final String OUTPUT_TOKENS = "gen_ai.usage.output_tokens";
  static final String TOKEN_TYPE = "gen_ai.token.type";
  static final String ERROR_TYPE = "error.type";

  private GenAi() {}

  /** The conventions' name of a provider, where they have one of their own. */
  static String provider(String id) {
    return switch (id) {
      case "gemini" -> "gcp.gemini";
      case "xai" -> "x_ai";
      default -> id;
    };
  }
}
