package dev.gatun.ai.client;

import dev.gatun.ai.ModelRef;
import dev.gatun.ai.spi.ModelInfo;

/**
 * A model that the attempt loop may ask.
 *
 * @param inputTokens the size of the prompt as this model is expected to count it
 */
record Option(ProviderState provider, ModelInfo model, long inputTokens) {
  ModelRef ref() {
    return model.ref();
  }
}
