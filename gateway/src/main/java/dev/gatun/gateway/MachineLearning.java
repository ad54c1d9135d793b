package dev.gatun.gateway;

import dev.gatun.ai.AiClient;
import dev.gatun.gateway.analyze.Analyze;
import dev.gatun.gateway.auth.Scope;
import dev.gatun.gateway.chat.Models;
import dev.gatun.gateway.compute.Workers;
import dev.gatun.gateway.files.FileSettings;
import dev.gatun.gateway.http.Route;
import java.util.List;

/** The endpoints that compute in this process. */
final class MachineLearning implements AutoCloseable {
  private final FileSettings files;
  private final Workers workers = new Workers();

  MachineLearning(GatewayConfig config) {
    files = config.files();
  }

  List<Route> routes(AiClient client, Models models) {
    Analyze analyze = new Analyze(client, models, workers, files.incoming(), files.mostBytes());
    return List.of(Route.of("POST", "/v1/ai/analyze", Scope.CHAT, analyze::handle));
  }

  @Override
  public void close() {
    workers.close();
  }
}
