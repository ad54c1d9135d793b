package dev.gatun.gateway;

import dev.gatun.ai.AiClient;
import dev.gatun.gateway.analyze.Analyze;
import dev.gatun.gateway.auth.Scope;
import dev.gatun.gateway.chat.Models;
import dev.gatun.gateway.compute.Workers;
import dev.gatun.gateway.files.FileSettings;
import dev.gatun.gateway.files.FileStorage;
import dev.gatun.gateway.files.FileStore;
import dev.gatun.gateway.files.FilesApi;
import dev.gatun.gateway.http.Route;
import dev.gatun.gateway.state.Database;
import java.util.List;

/** The endpoints that compute in this process, and the files that they compute with. */
final class MachineLearning implements AutoCloseable {
  private final FileSettings settings;
  private final FileStorage storage;
  private final FileStore files;
  private final Workers workers = new Workers();

  MachineLearning(GatewayConfig config, Database database) {
    settings = config.files();
    storage = settings.storage();
    files = new FileStore(database, storage, settings.mostStored());
  }

  List<Route> routes(AiClient client, Models models) {
    Analyze analyze =
        new Analyze(client, models, workers, settings.incoming(), settings.mostBytes());
    FilesApi filesApi = new FilesApi(files, settings.incoming(), settings.mostBytes());
    return List.of(
        Route.of("POST", "/v1/ai/analyze", Scope.CHAT, analyze::handle),
        Route.of("POST", "/v1/files", Scope.CHAT, filesApi::create),
        Route.of("GET", "/v1/files", Scope.CHAT, filesApi::list),
        Route.of("GET", "/v1/files/{id}", Scope.CHAT, filesApi::get),
        Route.of("GET", "/v1/files/{id}/content", Scope.CHAT, filesApi::content),
        Route.of("DELETE", "/v1/files/{id}", Scope.CHAT, filesApi::delete));
  }

  @Override
  public void close() {
    workers.close();
    storage.close();
  }
}
