package dev.gatun.ai.testkit.control;

import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Headers;
import dev.gatun.ai.testkit.RecordedRequest;
import dev.gatun.ai.testkit.ScriptedServer;
import dev.gatun.ai.testkit.dialect.Json;
import dev.gatun.ai.testkit.wire.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint by which another process scripts a server and asks what it has seen. It shows
 * requests as they came, keys included: it is for tests alone.
 */
public final class Control {
  /** Where it is. */
  public static final String PATH = "/_testkit";

  private Control() {}

  /** An answer of the endpoint. */
  public record Result(int status, Map<String, @Nullable Object> body) {}

  /** Does what a request to the endpoint asks for. */
  public static Result handle(ScriptedServer server, Request request) {
    String path = request.path().substring(PATH.length());
    try {
      return switch (request.method() + " " + path) {
        case "GET ", "GET /" -> new Result(200, status(server));
        case "PUT /scripts" -> {
          // Understood before anything is forgotten: a mistake leaves the server as it was.
          String rules = new String(request.body(), StandardCharsets.UTF_8);
          RulesJson.check(rules);
          RulesJson.load(server.reset(), rules);
          yield new Result(200, status(server));
        }
        case "POST /scripts" -> {
          RulesJson.load(server, new String(request.body(), StandardCharsets.UTF_8));
          yield new Result(200, status(server));
        }
        case "DELETE /scripts" -> new Result(200, status(server.reset()));
        case "GET /requests" -> new Result(200, requests(server));
        case "DELETE /requests" -> new Result(200, status(server.clearRequests()));
        default ->
            new Result(
                404,
                Json.obj(
                    "error",
                    "there is GET "
                        + PATH
                        + ", PUT, POST and DELETE "
                        + PATH
                        + "/scripts, GET and DELETE "
                        + PATH
                        + "/requests"));
      };
    } catch (IllegalArgumentException e) {
      return new Result(400, Json.obj("error", e.getMessage()));
    }
  }

  private static Map<String, @Nullable Object> status(ScriptedServer server) {
    var counts = Json.obj();
    var urls = Json.obj();
    for (Dialect dialect : Dialect.values()) {
      counts.put(dialect.id(), server.count(dialect));
      urls.put(dialect.id(), server.baseUrl(dialect));
    }
    return Json.obj(
        "count",
        server.count(),
        "counts",
        counts,
        "connections",
        server.connections(),
        "baseUrls",
        urls);
  }

  private static Map<String, @Nullable Object> requests(ScriptedServer server) {
    var list = new ArrayList<@Nullable Object>();
    for (RecordedRequest request : server.requests()) {
      list.add(
          Json.obj(
              "number", request.number(),
              "time", request.time().toString(),
              "method", request.method(),
              "path", request.path(),
              "query", request.query(),
              "dialect", request.dialect().id(),
              "operation", request.operation().name(),
              "model", request.model(),
              "streaming", request.streaming(),
              "headers", headers(request.headers()),
              "body", request.body(),
              "status", request.status(),
              "end", request.end().name(),
              "endedAfterMs",
                  request.endedAfter().map(duration -> duration.toNanos() / 1e6).orElse(null)));
    }
    return Json.obj("count", server.count(), "requests", list);
  }

  private static Map<String, @Nullable Object> headers(Headers headers) {
    var map = Json.obj();
    for (int i = 0; i < headers.size(); i++) {
      map.merge(headers.name(i), headers.value(i), (a, b) -> a + ", " + b);
    }
    return map;
  }
}
