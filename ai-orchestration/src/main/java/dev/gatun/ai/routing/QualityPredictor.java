package dev.gatun.ai.routing;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.spi.ModelInfo;
import java.util.function.ToDoubleFunction;

/** Estimates how good the answers of models to a request would be. Pure and thread-safe. */
@FunctionalInterface
public interface QualityPredictor {
  /** The estimate by the catalog: a model's quality for the request's task. */
  QualityPredictor CATALOG = request -> model -> model.quality(request.task());

  /** The estimates for a request: from a model to its quality, 0 to 1. */
  ToDoubleFunction<ModelInfo> predict(ChatRequest request);
}
