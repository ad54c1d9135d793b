package dev.gatun.gateway.train;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.chat.Fields;
import dev.gatun.gateway.compute.Workers;
import dev.gatun.gateway.files.FileStorage;
import dev.gatun.gateway.files.FileStore;
import dev.gatun.gateway.files.FilesApi;
import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.jobs.JobHandler;
import dev.gatun.gateway.state.Database;
import dev.gatun.gateway.state.StateUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Training, and the models that it gave. Thread-safe. */
public final class ModelsApi implements AutoCloseable {
  private static final int MOST_LISTED = 1000;
  private static final Duration SAVE = Duration.ofSeconds(15);

  private final ModelStore models;
  private final LoadedModels loaded;
  private final Training training;
  private final Workers workers;

  /**
   * The endpoints.
   *
   * @param incoming a folder for what is being worked on
   */
  public ModelsApi(
      Database database, FileStore files, FileStorage storage, Path incoming, Workers workers) {
    models = new ModelStore(database, storage);
    loaded = new LoadedModels(models);
    training = new Training(files, storage, models, incoming, SAVE);
    this.workers = workers;
  }

  /** What does the jobs. */
  public JobHandler jobs() {
    return training;
  }

  /**
   * {@code POST /v1/train}: what the job is to do.
   *
   * @throws dev.gatun.gateway.http.Problem 400 that names the field that is wrong
   */
  public Json.Obj order(Exchange exchange, Principal principal) {
    return training.order(exchange, principal);
  }

  /**
   * The tenant's models, as OpenAI lists them; none while the database cannot be reached: others
   * can be asked all the same.
   */
  public List<Json.Obj> listed(Principal principal) {
    try {
      return models.list(principal.tenant(), MOST_LISTED).stream()
          .map(TrainedModel::listed)
          .toList();
    } catch (StateUnavailableException _) {
      return List.of();
    }
  }

  /** A model. */
  public Optional<Json.Obj> find(Principal principal, String id) {
    return models.find(principal.tenant(), id).map(TrainedModel::json);
  }

  /** {@code DELETE /v1/models/{id}}. */
  public void delete(Exchange exchange, Principal principal) {
    String id = exchange.pathParameter("id");
    if (!models.delete(principal.tenant(), id)) {
      throw ModelStore.missing();
    }
    loaded.forget(id);
    exchange.send(
        200, Json.object().put("id", id).put("object", "model").put("deleted", true).build());
  }

  /** {@code GET /v1/models/{id}/content}: the weights, in a safetensors file. */
  public void content(Exchange exchange, Principal principal) {
    TrainedModel model = model(exchange, principal);
    FilesApi.download(
        exchange, models.weights(model), "attachment; filename=\"" + model.id() + ".safetensors\"");
  }

  /** {@code POST /v1/models/{id}/predict}. */
  public void predict(Exchange exchange, Principal principal) {
    TrainedModel model = model(exchange, principal);
    Encoder encoder = model.encoder();
    float[] input = Predict.read(Fields.of(exchange.json()), encoder);
    float[] outputs = workers.run(() -> loaded.with(model, n -> Predict.ask(n, encoder, input)));
    exchange.send(
        200,
        Json.object()
            .put("object", "list")
            .put("model", model.id())
            .put("predictions", Predict.json(outputs, encoder))
            .build());
  }

  private TrainedModel model(Exchange exchange, Principal principal) {
    return models
        .find(principal.tenant(), exchange.pathParameter("id"))
        .orElseThrow(ModelStore::missing);
  }

  @Override
  public void close() {
    loaded.close();
  }
}
