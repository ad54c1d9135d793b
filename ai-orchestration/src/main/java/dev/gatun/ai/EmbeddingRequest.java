package dev.gatun.ai;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Asks for embeddings.
 *
 * @param inputs the texts
 * @param model the model that must serve it, or empty to let routing choose
 * @param dimensions the length of the vectors, where a model lets choose
 * @param timeout the time for the whole call; empty for the client's
 * @param tenant on whose behalf, or empty
 * @param data where the texts may go, and whether personal data is replaced before
 */
public record EmbeddingRequest(
    List<String> inputs,
    Optional<ModelRef> model,
    OptionalInt dimensions,
    Optional<Duration> timeout,
    String tenant,
    DataPolicy data) {
  /** Copies and checks the inputs. */
  public EmbeddingRequest {
    inputs = List.copyOf(inputs);
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("An embedding request needs at least one text");
    }
  }

  /** Embeddings by whichever model routing chooses. */
  public static EmbeddingRequest of(String... inputs) {
    return new EmbeddingRequest(
        List.of(inputs),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        "",
        DataPolicy.DEFAULT);
  }

  /** This request with a model that must serve it. */
  public EmbeddingRequest model(ModelRef ref) {
    return new EmbeddingRequest(inputs, Optional.of(ref), dimensions, timeout, tenant, data);
  }

  /** This request with a data policy. */
  public EmbeddingRequest data(DataPolicy policy) {
    return new EmbeddingRequest(inputs, model, dimensions, timeout, tenant, policy);
  }
}
