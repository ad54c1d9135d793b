package dev.gatun.gateway;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.json.Json;
import dev.gatun.gateway.analyze.Analyze;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.auth.Scope;
import dev.gatun.gateway.chat.Models;
import dev.gatun.gateway.compute.Workers;
import dev.gatun.gateway.files.FileSettings;
import dev.gatun.gateway.files.FileStorage;
import dev.gatun.gateway.files.FileStore;
import dev.gatun.gateway.files.FilesApi;
import dev.gatun.gateway.http.Route;
import dev.gatun.gateway.jobs.JobHandler;
import dev.gatun.gateway.jobs.Submission;
import dev.gatun.gateway.state.Database;
import dev.gatun.gateway.train.ModelsApi;
import java.util.List;

/** The endpoints that compute in this process, and the files that they compute with. */
final class MachineLearning implements AutoCloseable {
  private final FileSettings settings;
  private final FileStorage storage;
  private final FileStore files;
  private final Workers workers;
  private final ModelsApi trained;

  MachineLearning(GatewayConfig config, Database database) {
    settings = config.files();
    workers = config.workers();
    storage = settings.storage();
    files = new FileStore(database, storage, settings.mostStored());
    trained = new ModelsApi(database, files, storage, settings.incoming(), workers);
  }

  /** What does the jobs that train. */
  JobHandler jobs() {
    return trained.jobs();
  }

  List<Route> routes(AiClient client, Models models, Submission submission) {
    Analyze analyze =
        new Analyze(client, models, workers, settings.incoming(), settings.mostBytes());
    FilesApi filesApi = new FilesApi(files, settings.incoming(), settings.mostBytes());
    return List.of(
        Route.of("POST", "/v1/ai/analyze", Scope.CHAT, analyze::handle),
        Route.of("POST", "/v1/files", Scope.CHAT, filesApi::create).errors(Route.ErrorStyle.OPENAI),
        Route.of("GET", "/v1/files", Scope.CHAT, filesApi::list).errors(Route.ErrorStyle.OPENAI),
        Route.of("GET", "/v1/files/{id}", Scope.CHAT, filesApi::get)
            .errors(Route.ErrorStyle.OPENAI),
        Route.of("GET", "/v1/files/{id}/content", Scope.CHAT, filesApi::content)
            .errors(Route.ErrorStyle.OPENAI),
        Route.of("DELETE", "/v1/files/{id}", Scope.CHAT, filesApi::delete)
            .errors(Route.ErrorStyle.OPENAI),
        Route.of(
            "POST",
            "/v1/train",
            Scope.CHAT,
            (x, p) -> submission.submit(x, p, jobs().kind(), trained.order(x, p))),
        Route.of("GET", "/v1/models", Scope.CHAT, (x, p) -> models.list(x, p, trained.listed(p)))
            .errors(Route.ErrorStyle.OPENAI),
        Route.of("GET", "/v1/models/{id}/content", Scope.CHAT, trained::content),
        Route.of(
                "GET",
                "/v1/models/{id}",
                Scope.CHAT,
                (x, p) -> x.send(200, model(x.pathParameter("id"), p, models)))
            .errors(Route.ErrorStyle.OPENAI),
        Route.of(
                "GET",
                "/v1/models/{provider}/{id}",
                Scope.CHAT,
                (x, p) ->
                    x.send(
                        200,
                        models.get(x.pathParameter("provider") + "/" + x.pathParameter("id"), p)))
            .errors(Route.ErrorStyle.OPENAI),
        Route.of("DELETE", "/v1/models/{id}", Scope.CHAT, trained::delete)
            .errors(Route.ErrorStyle.OPENAI),
        Route.of("POST", "/v1/models/{id}/predict", Scope.CHAT, trained::predict));
  }

  private Json.Obj model(String id, Principal principal, Models models) {
    return trained.find(principal, id).orElseGet(() -> models.get(id, principal));
  }

  @Override
  public void close() {
    workers.close();
    trained.close();
    storage.close();
  }
}
