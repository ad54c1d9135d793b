package dev.gatun.ai.testkit.dialect;

import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Failure;
import dev.gatun.ai.testkit.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How each provider expresses each error. docs/decisions/0051 names the source of each shape. */
final class Errors {

  /**
   * An error as a dialect sends it.
   *
   * @param status the status
   * @param body the JSON body
   * @param headers names and values by turns
   * @param code the machine's word for it
   * @param message the words for people
   */
  record Shape(
      int status,
      Map<String, @Nullable Object> body,
      List<String> headers,
      @Nullable String code,
      String message) {}

  private Errors() {}

  static Shape of(Dialect dialect, Failure failure, String message, Answer answer) {
    return of(dialect, failure, message, answer.model(), answer.request().operation(), answer.id());
  }

  static Shape of(
      Dialect dialect,
      Failure failure,
      String message,
      String model,
      Operation operation,
      String id) {
    return switch (dialect) {
      case OPENAI -> openAi(failure, message, model, operation);
      case ANTHROPIC -> anthropic(failure, message, model, id);
      case PERPLEXITY -> perplexity(failure, message, model);
      case GEMINI -> gemini(failure, message, model);
      case XAI -> xai(failure, message, model);
    };
  }

  private static String or(String given, String usual) {
    return given.isEmpty() ? usual : given;
  }

  private static Shape openAi(Failure failure, String message, String model, Operation operation) {
    String param = operation == Operation.RESPONSES ? "input" : "messages";
    return switch (failure) {
      case INVALID_REQUEST ->
          openAi(400, or(message, "Invalid request."), "invalid_request_error", null, null);
      case CONTEXT_LENGTH ->
          openAi(
              400,
              or(
                  message,
                  operation == Operation.RESPONSES
                      ? "Your input exceeds the context window of this model. Please adjust your input"
                          + " and try again."
                      : "This model's maximum context length is 128000 tokens. However, your messages"
                          + " resulted in 150000 tokens. Please reduce the length of the messages."),
              "invalid_request_error",
              param,
              "context_length_exceeded");
      case AUTHENTICATION -> {
        Shape shape =
            openAi(
                401,
                or(
                    message,
                    "Incorrect API key provided: sk-***ted. You can find your API key at"
                        + " https://platform.openai.com/account/api-keys."),
                "invalid_request_error",
                null,
                "invalid_api_key");
        yield with(shape, "WWW-Authenticate", "Bearer realm=\"OpenAI API\"");
      }
      case QUOTA ->
          openAi(
              429,
              or(
                  message,
                  "You exceeded your current quota, please check your plan and billing details. For"
                      + " more information on this error, read the docs:"
                      + " https://platform.openai.com/docs/guides/error-codes/api-errors."),
              "insufficient_quota",
              null,
              "insufficient_quota");
      case PERMISSION ->
          openAi(
              403,
              or(message, "Project `proj_1` does not have access to model `" + model + "`"),
              "invalid_request_error",
              null,
              "model_not_found");
      case MODEL_NOT_FOUND ->
          openAi(
              404,
              or(
                  message,
                  "The model `" + model + "` does not exist or you do not have access to it."),
              "invalid_request_error",
              null,
              "model_not_found");
      case TOO_LARGE ->
          openAi(
              413, or(message, "Request body is too large."), "invalid_request_error", null, null);
      case RATE_LIMIT ->
          openAi(
              429,
              or(
                  message,
                  "Rate limit reached for "
                      + model
                      + " in organization org-1 on requests per min"
                      + " (RPM): Limit 500, Used 500, Requested 1. Please try again in 120ms. Visit"
                      + " https://platform.openai.com/account/rate-limits to learn more."),
              "requests",
              null,
              "rate_limit_exceeded");
      case OVERLOADED ->
          openAi(
              503,
              or(message, "Our servers are currently overloaded. Please try again later."),
              "service_unavailable_error",
              null,
              "server_is_overloaded");
      case SERVER ->
          openAi(
              500,
              or(
                  message,
                  "The server had an error while processing your request. Sorry about that!"),
              "server_error",
              null,
              "server_error");
      case TIMEOUT -> openAi(504, or(message, "Gateway timeout."), "server_error", null, "timeout");
      case CONTENT_FILTER ->
          openAi(
              400,
              or(
                  message,
                  "Invalid prompt: your prompt was flagged as potentially violating our usage policy."
                      + " Please try again with a different prompt."),
              "invalid_request_error",
              null,
              "invalid_prompt");
      case GONE ->
          openAi(
              410,
              or(message, "This endpoint has been retired."),
              "invalid_request_error",
              null,
              null);
    };
  }

  private static Shape openAi(
      int status, String message, String type, @Nullable String param, @Nullable String code) {
    return new Shape(
        status,
        Json.obj("error", Json.obj("message", message, "type", type, "param", param, "code", code)),
        List.of(),
        code == null ? type : code,
        message);
  }

  private static Shape with(Shape shape, String name, String value) {
    var headers = new ArrayList<>(shape.headers);
    headers.add(name);
    headers.add(value);
    return new Shape(shape.status, shape.body, headers, shape.code, shape.message);
  }

  private static Shape anthropic(Failure failure, String message, String model, String id) {
    return switch (failure) {
      case INVALID_REQUEST ->
          anthropic(
              400,
              "invalid_request_error",
              or(message, "messages: at least one message is required"),
              id);
      case CONTEXT_LENGTH ->
          anthropic(
              400,
              "invalid_request_error",
              or(message, "prompt is too long: 208310 tokens > 200000 maximum"),
              id);
      case AUTHENTICATION ->
          anthropic(401, "authentication_error", or(message, "invalid x-api-key"), id);
      case QUOTA ->
          anthropic(
              402,
              "billing_error",
              or(
                  message,
                  "Your credit balance is too low to access the Anthropic API. Please go to Plans &"
                      + " Billing to upgrade or purchase credits."),
              id);
      case PERMISSION ->
          anthropic(
              403,
              "permission_error",
              or(message, "Your API key does not have permission to use the specified resource."),
              id);
      case MODEL_NOT_FOUND -> anthropic(404, "not_found_error", or(message, "model: " + model), id);
      case TOO_LARGE ->
          anthropic(413, "request_too_large", or(message, "Request exceeds the maximum size"), id);
      case RATE_LIMIT ->
          anthropic(
              429,
              "rate_limit_error",
              or(
                  message,
                  "This request would exceed your organization's rate limit of 50 requests per"
                      + " minute."),
              id);
      case OVERLOADED -> anthropic(529, "overloaded_error", or(message, "Overloaded"), id);
      case SERVER -> anthropic(500, "api_error", or(message, "Internal server error"), id);
      case TIMEOUT -> anthropic(504, "timeout_error", or(message, "Request timed out"), id);
      case CONTENT_FILTER ->
          anthropic(
              400,
              "invalid_request_error",
              or(message, "Output blocked by content filtering policy"),
              id);
      case GONE -> anthropic(410, "not_found_error", or(message, "This API is retired"), id);
    };
  }

  private static Shape anthropic(int status, String type, String message, String id) {
    boolean retry = status == 429 || status >= 500;
    return new Shape(
        status,
        Json.obj(
            "type",
            "error",
            "error",
            Json.obj("type", type, "message", message),
            "request_id",
            "req_01" + id),
        List.of("x-should-retry", Boolean.toString(retry)),
        type,
        message);
  }

  private static Shape perplexity(Failure failure, String message, String model) {
    return switch (failure) {
      case INVALID_REQUEST -> perplexity(400, "bad_request", or(message, "Invalid request."));
      case CONTEXT_LENGTH ->
          perplexity(
              400,
              "too_many_prompt_tokens",
              or(message, "The total length of all messages is too long."));
      case AUTHENTICATION ->
          perplexity(
              401,
              "invalid_api_key",
              or(message, "Invalid API key provided. Ensure your API key is correct and active."));
      case QUOTA ->
          perplexity(
              401,
              "insufficient_quota",
              or(
                  message,
                  "You exceeded your current quota, please check your plan and billing details."));
      case PERMISSION ->
          perplexity(403, "forbidden", or(message, "You do not have access to this resource."));
      case MODEL_NOT_FOUND ->
          perplexity(
              400,
              "invalid_model",
              or(
                  message,
                  "Invalid model '"
                      + model
                      + "'. Permitted models can be found in the documentation at"
                      + " https://docs.perplexity.ai/getting-started/models."));
      case TOO_LARGE -> perplexity(413, "request_too_large", or(message, "Request too large."));
      case RATE_LIMIT ->
          perplexity(
              429,
              "request_rate_limit_exceeded",
              or(message, "Request rate limit exceeded, please try again later."));
      case OVERLOADED ->
          perplexity(503, "service_unavailable", or(message, "Service temporarily unavailable."));
      case SERVER ->
          perplexity(500, "internal_server_error", or(message, "Internal server error."));
      case TIMEOUT -> perplexity(504, "gateway_timeout", or(message, "Gateway timeout."));
      case CONTENT_FILTER ->
          perplexity(400, "content_policy_violation", or(message, "The request was rejected."));
      case GONE ->
          perplexity(
              410,
              "gone",
              or(message, "Sonar chat completions are retired; use the Agent API at /v1/agent."));
    };
  }

  private static Shape perplexity(int status, String type, String message) {
    return new Shape(
        status,
        Json.obj("error", Json.obj("message", message, "type", type, "code", status)),
        List.of(),
        type,
        message);
  }

  private static Shape gemini(Failure failure, String message, String model) {
    return switch (failure) {
      case INVALID_REQUEST ->
          gemini(
              400, "INVALID_ARGUMENT", or(message, "Request contains an invalid argument."), null);
      case CONTEXT_LENGTH ->
          gemini(
              400,
              "INVALID_ARGUMENT",
              or(
                  message,
                  "The input token count (1200000) exceeds the maximum number of tokens allowed"
                      + " (1048576)."),
              null);
      case AUTHENTICATION -> {
        String words = or(message, "API key not valid. Please pass a valid API key.");
        yield gemini(
            400,
            "INVALID_ARGUMENT",
            words,
            List.of(
                Json.obj(
                    "@type", "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason", "API_KEY_INVALID",
                    "domain", "googleapis.com",
                    "metadata", Json.obj("service", "generativelanguage.googleapis.com")),
                Json.obj(
                    "@type", "type.googleapis.com/google.rpc.LocalizedMessage",
                    "locale", "en-US",
                    "message", words)));
      }
      case QUOTA ->
          gemini(
              429,
              "RESOURCE_EXHAUSTED",
              or(message, exceeded(model)),
              quota(model, "GenerateRequestsPerDayPerProjectPerModel"));
      case PERMISSION ->
          gemini(
              403, "PERMISSION_DENIED", or(message, "The caller does not have permission"), null);
      case MODEL_NOT_FOUND ->
          gemini(
              404,
              "NOT_FOUND",
              or(
                  message,
                  "models/"
                      + model
                      + " is not found for API version v1beta, or is not supported for"
                      + " generateContent. Call ListModels to see the list of available models and"
                      + " their supported methods."),
              null);
      case TOO_LARGE ->
          gemini(
              400,
              "INVALID_ARGUMENT",
              or(message, "Request payload size exceeds the limit: 20971520 bytes."),
              null);
      case RATE_LIMIT ->
          gemini(
              429,
              "RESOURCE_EXHAUSTED",
              or(message, exceeded(model)),
              quota(model, "GenerateRequestsPerMinutePerProjectPerModel"));
      case OVERLOADED ->
          gemini(
              503,
              "UNAVAILABLE",
              or(message, "The model is overloaded. Please try again later."),
              null);
      case SERVER -> gemini(500, "INTERNAL", or(message, "An internal error has occurred."), null);
      case TIMEOUT ->
          gemini(
              504,
              "DEADLINE_EXCEEDED",
              or(message, "Deadline expired before operation could complete."),
              null);
      case CONTENT_FILTER ->
          new Shape(
              200,
              Json.obj(
                  "promptFeedback", Json.obj("blockReason", "PROHIBITED_CONTENT"),
                  "usageMetadata", Json.obj("promptTokenCount", 8, "totalTokenCount", 8),
                  "modelVersion", model),
              List.of(),
              "PROHIBITED_CONTENT",
              "");
      case GONE -> gemini(410, "NOT_FOUND", or(message, "This method is retired."), null);
    };
  }

  private static String exceeded(String model) {
    return "You exceeded your current quota, please check your plan and billing details. For more"
        + " information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits."
        + " \n* Quota exceeded for metric:"
        + " generativelanguage.googleapis.com/generate_content_paid_tier_requests, limit: 1000,"
        + " model: "
        + model;
  }

  private static List<@Nullable Object> quota(String model, String quotaId) {
    var details = new ArrayList<@Nullable Object>();
    details.add(
        Json.obj(
            "@type",
            "type.googleapis.com/google.rpc.Help",
            "links",
            List.of(
                Json.obj(
                    "description", "Learn more about Gemini API quotas",
                    "url", "https://ai.google.dev/gemini-api/docs/rate-limits"))));
    details.add(
        Json.obj(
            "@type",
            "type.googleapis.com/google.rpc.QuotaFailure",
            "violations",
            List.of(
                Json.obj(
                    "quotaMetric",
                    "generativelanguage.googleapis.com/generate_content_paid_tier_requests",
                    "quotaId",
                    quotaId,
                    "quotaDimensions",
                    Json.obj("model", model, "location", "global"),
                    "quotaValue",
                    "1000"))));
    return details;
  }

  private static Shape gemini(
      int status, String name, String message, @Nullable List<@Nullable Object> details) {
    var error = Json.obj("code", status, "message", message, "status", name);
    if (details != null) {
      error.put("details", details);
    }
    return new Shape(status, Json.obj("error", error), List.of(), name, message);
  }

  /** A missing identity on Gemini: 403, unlike a key that is not valid. */
  static Shape geminiUnregistered() {
    return gemini(
        403,
        "PERMISSION_DENIED",
        "Method doesn't allow unregistered callers (callers without established identity). Please"
            + " use API Key or other form of API consumer identity to call this API.",
        null);
  }

  private static Shape xai(Failure failure, String message, String model) {
    return switch (failure) {
      case INVALID_REQUEST ->
          xai(400, "Client specified an invalid argument", or(message, "Invalid request content."));
      case CONTEXT_LENGTH ->
          xai(
              400,
              "Client specified an invalid argument",
              or(
                  message,
                  "This model's maximum prompt length is 131072 but the request contains 150000"
                      + " tokens."));
      case AUTHENTICATION ->
          xai(
              400,
              "invalid-argument",
              or(
                  message,
                  "Incorrect API key provided. You can obtain an API key from https://console.x.ai."));
      case QUOTA ->
          xai(
              429,
              "Some resource has been exhausted",
              or(
                  message,
                  "Your team has either used all available credits or reached its monthly spending"
                      + " limit. To continue making API requests, please purchase more credits or raise"
                      + " your spending limit."));
      case PERMISSION ->
          xai(
              403,
              "The caller does not have permission to execute the specified operation",
              or(message, "The API key has no permission for this operation."));
      case MODEL_NOT_FOUND ->
          xai(
              404,
              "Some requested entity was not found",
              or(
                  message,
                  "The model "
                      + model
                      + " does not exist or your team does not have access to it."));
      case TOO_LARGE ->
          xai(413, "Request body too large", or(message, "The request body is too large."));
      case RATE_LIMIT ->
          xai(
              429,
              "Some resource has been exhausted",
              or(
                  message,
                  "Too many requests for team. Your team's rate limit is: (requests per minute): 480."));
      case OVERLOADED ->
          xai(
              503,
              "The service is currently unavailable",
              or(message, "The model is at capacity. Please try again later."));
      case SERVER -> xai(500, "Internal error", or(message, "Internal server error."));
      case TIMEOUT ->
          xai(504, "The operation timed out", or(message, "Deadline of the request expired."));
      case CONTENT_FILTER ->
          xai(
              403,
              "The caller does not have permission to execute the specified operation",
              or(message, "Content violates usage guidelines."));
      case GONE -> xai(410, "The requested entity is gone", or(message, "Live search is retired."));
    };
  }

  private static Shape xai(int status, String code, String message) {
    return new Shape(status, Json.obj("code", code, "error", message), List.of(), code, message);
  }
}
