package dev.gatun.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.gatun.ai.json.Json;
import dev.gatun.gateway.http.Route;
import dev.gatun.gateway.web.OpenApi;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenApiTest {
  private final Running running = new Running();
  private final Json.Obj document = new OpenApi("1").document();

  @AfterEach
  void stop() {
    running.close();
  }

  /** Pages for people are no part of the API. */
  private static final Set<String> PAGES = Set.of("GET /", "GET /docs", "GET /assets/{file}");

  @Test
  void everyRouteIsDescribedAndEveryDescriptionIsRouted() {
    Set<String> described = new TreeSet<>();
    document
        .object("paths")
        .members()
        .forEach((path, item) -> {
          for (String method : ((Json.Obj) item).members().keySet()) {
            if (!method.equals("parameters")) {
              described.add(method.toUpperCase(Locale.ROOT) + " " + path);
            }
          }
        });
    Set<String> routed = new TreeSet<>();
    for (Route r : running.gateway.routes()) {
      routed.add(r.method() + " " + r.path());
    }
    routed.removeAll(PAGES);
    assertThat(described).isEqualTo(routed);
  }

  @Test
  void everyReferenceLeadsSomewhereAndNamesAreUnique() {
    Set<String> ids = new TreeSet<>();
    walk(document, ids);
    assertThat(ids).hasSizeGreaterThan(10);
  }

  private void walk(Json value, Set<String> ids) {
    switch (value) {
      case Json.Obj o -> {
        o.string("operationId").ifPresent(id -> assertThat(ids.add(id)).as(id).isTrue());
        o.string("$ref")
            .ifPresent(ref -> {
              Json at = document;
              for (String step : ref.substring(2).split("/", -1)) {
                at = ((Json.Obj) at).members().get(step);
                assertThat(at).as(ref).isNotNull();
              }
            });
        o.members().values().forEach(v -> walk(v, ids));
      }
      case Json.Arr a -> a.elements().forEach(v -> walk(v, ids));
      default -> {}
    }
  }

  @Test
  void everySchemaIsOneAndEveryExampleFits() {
    SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    Json.Obj meta = Json.object("$ref", Json.of("https://json-schema.org/draft/2020-12/schema"));
    Schema metaSchema = registry.getSchema(meta.toString(), InputFormat.JSON);
    document
        .object("components")
        .object("schemas")
        .members()
        .forEach((name, schema) ->
            assertThat(metaSchema.validate(schema.toString(), InputFormat.JSON))
                .as(name)
                .isEmpty());
    document
        .object("paths")
        .members()
        .forEach((path, item) -> {
          Json.Obj media =
              ((Json.Obj) item)
                  .object("post")
                  .object("requestBody")
                  .object("content")
                  .object("application/json");
          if (media.get("example").isEmpty()) {
            return;
          }
          Json.Obj schema =
              Json.object("allOf", Json.array(media.object("schema")))
                  .with("components", document.object("components"));
          assertThat(
                  registry
                      .getSchema(schema.toString(), InputFormat.JSON)
                      .validate(media.get("example").orElseThrow().toString(), InputFormat.JSON))
              .as(path)
              .isEmpty();
        });
  }

  @Test
  void answersAreAsDescribed() throws Exception {
    running.post(
        "/v1/chat/completions",
        "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
    for (String path : Set.of("/health", "/v1/ai/status", "/v1/models", "/v1/jobs")) {
      Json.Obj schema =
          document
              .object("paths")
              .object(path)
              .object("get")
              .object("responses")
              .object("200")
              .object("content")
              .object("application/json")
              .object("schema");
      Json.Obj whole =
          Json.object("allOf", Json.array(schema))
              .with("components", document.object("components"));
      assertThat(
              SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                  .getSchema(whole.toString(), InputFormat.JSON)
                  .validate(running.get(path).body(), InputFormat.JSON))
          .as(path)
          .isEmpty();
    }
  }

  @Test
  void itIsServedWithoutAKeyAndAsAPage() throws Exception {
    var served = running.get("/openapi.json");
    assertThat(Running.json(served).string("openapi")).contains("3.1.0");
    assertThat(Running.json(served).object("info").string("version")).contains(Gateway.VERSION);
    var page = running.get("/docs");
    assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("content-security-policy").orElse(""))
        .contains("script-src 'self'")
        .contains("frame-ancestors 'none'");
    for (String asset : Set.of("style.css", "common.js", "docs.js", "dashboard.js", "icon.svg")) {
      assertThat(running.get("/assets/" + asset).statusCode()).as(asset).isEqualTo(200);
    }
    assertThat(running.get("/assets/..%2fdashboard.html").statusCode()).isIn(400, 404);
    assertThat(running.get("/assets/openapi").statusCode()).isEqualTo(404);
  }
}
