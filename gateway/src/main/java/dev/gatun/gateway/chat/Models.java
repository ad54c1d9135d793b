package dev.gatun.gateway.chat;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Status;
import dev.gatun.ai.SwitchableClient;
import dev.gatun.ai.json.Json;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.http.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The models, and what clients call them: {@code auto} leaves the choice to routing, {@code
 * provider/model} names one, and so does {@code model} alone where one provider has it.
 */
public final class Models {
  private static final String AUTO = "auto";
  private final AiClient client;
  private volatile Known known;

  /**
   * What a client has of providers and models: it stays the same until the client is replaced.
   *
   * @param client whose they are
   */
  private record Known(AiClient client, Set<String> providers, Map<String, ModelRef> names) {
    static Known of(AiClient client) {
      Set<String> providers = new HashSet<>();
      Map<String, ModelRef> names = new HashMap<>();
      for (Status.ProviderStatus p : client.status().providers()) {
        providers.add(p.id());
        p.models().forEach(m -> names.putIfAbsent(m, new ModelRef(p.id(), m)));
      }
      return new Known(client, providers, names);
    }
  }

  /** The models of a client. */
  public Models(AiClient client) {
    this.client = client;
    known = Known.of(current());
  }

  private AiClient current() {
    return client instanceof SwitchableClient s ? s.current() : client;
  }

  private Known known() {
    Known now = known;
    AiClient current = current();
    if (!now.client().equals(current)) {
      now = Known.of(current);
      known = now;
    }
    return now;
  }

  /**
   * The model of a name; empty for {@code auto}.
   *
   * @throws Problem 404 when no provider has it, 403 when the caller may not ask it
   */
  public Optional<ModelRef> resolve(String name, Principal principal) {
    if (name.equals(AUTO)) {
      return Optional.empty();
    }
    ModelRef model = named(name);
    if (!principal.models().allows(model)) {
      throw Problem.of(
          403, "model-not-allowed", "The API key may not use the model '" + model + "'");
    }
    return Optional.of(model);
  }

  private ModelRef named(String name) {
    Known now = known();
    int slash = name.indexOf('/');
    if (slash > 0
        && slash < name.length() - 1
        && now.providers().contains(name.substring(0, slash))) {
      return ModelRef.parse(name);
    }
    ModelRef model = now.names().get(name);
    if (model != null) {
      return model;
    }
    throw Problem.of(
        404,
        "model-not-found",
        "There is no model '"
            + (name.length() > 80 ? name.substring(0, 80) + "…" : name)
            + "'; GET /v1/models lists them, and 'auto' chooses one");
  }

  /**
   * {@code GET /v1/models}, in OpenAI's format.
   *
   * @param trained the tenant's own models
   */
  public void list(Exchange exchange, Principal principal, List<Json.Obj> trained) {
    List<Json> data = new ArrayList<>();
    data.add(model(AUTO, "gatun"));
    for (Status.ProviderStatus p : client.status().providers()) {
      for (String m : p.models()) {
        if (principal.models().allows(new ModelRef(p.id(), m))) {
          data.add(model(p.id() + "/" + m, p.id()));
        }
      }
    }
    data.addAll(trained);
    exchange.send(200, Json.object().put("object", "list").put("data", new Json.Arr(data)).build());
  }

  /**
   * {@code GET /v1/models/{id}}, in OpenAI's format.
   *
   * @throws Problem 404 when no provider has it, 403 when the caller may not ask it
   */
  public Json.Obj get(String name, Principal principal) {
    return resolve(name, principal)
        .map(ref -> model(ref.toString(), ref.provider()))
        .orElseGet(() -> model(AUTO, "gatun"));
  }

  private static Json.Obj model(String id, String owner) {
    return Json.object()
        .put("id", id)
        .put("object", "model")
        .put("created", 0)
        .put("owned_by", owner)
        .build();
  }
}
