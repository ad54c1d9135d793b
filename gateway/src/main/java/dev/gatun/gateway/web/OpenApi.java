package dev.gatun.gateway.web;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.gatun.ai.json.Json;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.http.Problem;
import dev.gatun.gateway.http.Route;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The description of the API (OpenAPI 3.1), put together from parts by subject, and what it is good
 * for besides reading: requests are checked against it. It is read when it is first needed.
 * Thread-safe.
 */
public final class OpenApi {
  private static final List<String> PARTS =
      List.of("base", "providers", "development", "health", "jobs", "training");
  private static final String JSON = "application/json";

  private final String version;
  private final Map<String, Optional<Schema>> bodies = new ConcurrentHashMap<>();
  private Json.@Nullable Obj document;

  /**
   * A description.
   *
   * @param version of the gateway
   */
  public OpenApi(String version) {
    this.version = version;
  }

  /** The whole document. */
  public synchronized Json.Obj document() {
    if (document == null) {
      Json.Obj whole = Json.Obj.EMPTY;
      for (String part : PARTS) {
        String text =
            new String(Pages.resource("openapi/" + part + ".json"), StandardCharsets.UTF_8);
        whole = merge(whole, (Json.Obj) Json.parse(text));
      }
      document = whole.with("info", whole.object("info").with("version", Json.of(version)));
    }
    return document;
  }

  /** Objects are merged member by member: each part brings paths and components. */
  private static Json.Obj merge(Json.Obj a, Json.Obj b) {
    Json.Obj out = a;
    for (Map.Entry<String, Json> e : b.members().entrySet()) {
      Json before = out.members().get(e.getKey());
      Json after =
          before instanceof Json.Obj x && e.getValue() instanceof Json.Obj y
              ? merge(x, y)
              : e.getValue();
      out = out.with(e.getKey(), after);
    }
    return out;
  }

  /** {@code GET /openapi.json}. */
  public void handle(Exchange exchange, Principal principal) {
    exchange.send(200, document());
  }

  /**
   * A route that checks bodies of JSON against their schema before it answers. Routes in another
   * provider's format are left as they are: they check by themselves, and tell it in that format.
   */
  public Route checked(Route route) {
    if (!route.method().equals("POST") || route.style() != Route.ErrorStyle.PROBLEM) {
      return route;
    }
    return route.answeredBy((exchange, principal) -> {
      check(route, exchange);
      route.endpoint().handle(exchange, principal);
    });
  }

  private void check(Route route, Exchange exchange) {
    String type = exchange.header("content-type").orElse("").toLowerCase(Locale.ROOT);
    if (!type.startsWith(JSON)) {
      return;
    }
    Optional<Schema> schema =
        bodies.computeIfAbsent(
            route.method().toLowerCase(Locale.ROOT) + " " + route.path(), _ -> schema(route));
    if (schema.isEmpty()) {
      return;
    }
    List<Error> errors = schema.get().validate(exchange.json().toString(), InputFormat.JSON);
    if (!errors.isEmpty()) {
      throw problem(errors.getFirst());
    }
  }

  private static Problem problem(Error e) {
    String at = e.getInstanceLocation().toString();
    String property = e.getProperty();
    String pointer =
        property == null || property.isEmpty()
            ? at
            : at + "/" + property.replace("~", "~0").replace("/", "~1");
    return Problem.field(
        pointer, "'" + (pointer.isEmpty() ? "/" : pointer) + "': " + e.getMessage());
  }

  /** The schema of a route's body of JSON, with the components that it may refer to. */
  private Optional<Schema> schema(Route route) {
    Json.Obj body =
        document()
            .object("paths")
            .object(route.path())
            .object(route.method().toLowerCase(Locale.ROOT))
            .object("requestBody")
            .object("content")
            .object(JSON)
            .object("schema");
    if (body.members().isEmpty()) {
      return Optional.empty();
    }
    Json.Obj whole =
        Json.object("allOf", Json.array(body)).with("components", document().object("components"));
    // References to schemas elsewhere are not followed: no request opens a connection.
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(whole.toString(), InputFormat.JSON);
    schema.initializeValidators();
    return Optional.of(schema);
  }
}
