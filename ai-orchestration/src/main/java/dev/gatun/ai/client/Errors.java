package dev.gatun.ai.client;

import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Errors that the client itself makes. */
final class Errors {
  private Errors() {}

  static AiException.Cancelled interrupted() {
    Thread.currentThread().interrupt();
    return new AiException.Cancelled(Failure.of("The calling thread was interrupted"));
  }

  static AiException.Cancelled cancelled(String by) {
    return new AiException.Cancelled(Failure.of(by));
  }

  static AiException.TimedOut outOfTime(Duration limit) {
    return new AiException.TimedOut(
        AiException.TimedOut.Phase.TOTAL,
        Failure.of("The time limit of the call, " + limit.toMillis() + " ms, has passed"));
  }

  /** One error for all: itself when it is the only one. */
  static AiException all(List<AiException> errors) {
    if (errors.size() == 1) {
      return errors.getFirst();
    }
    Optional<Duration> wait =
        errors.stream().flatMap(e -> e.retryAfter().stream()).min(Comparator.naturalOrder());
    boolean billed = errors.stream().anyMatch(AiException::mayHaveBilled);
    AiException useful = new AiException.AllAttemptsFailed(Failure.of(""), errors).mostUseful();
    Failure f =
        Failure.of(errors.size() + " attempts failed; the most telling one: " + useful.getMessage())
            .retryAfter(wait)
            .billed(billed)
            .code(useful.failure().code())
            .requestId(useful.failure().requestId())
            .cause(useful);
    if (useful.at().isPresent()) {
      f = f.at(useful.at().get());
    }
    if (useful.status().isPresent()) {
      f = f.status(useful.status().getAsInt());
    }
    return new AiException.AllAttemptsFailed(f, errors);
  }

  /** An error of this client's health rules, at a model. */
  static AiException at(AiException e, dev.gatun.ai.ModelRef model) {
    Failure f = e.failure().at(model);
    return switch (e) {
      case AiException.CircuitOpen _ -> new AiException.CircuitOpen(f);
      case AiException.BulkheadFull _ -> new AiException.BulkheadFull(f);
      default -> e;
    };
  }

  /** Whatever a provider throws against its contract, as an error of the taxonomy. */
  static AiException taxonomy(RuntimeException e) {
    if (e instanceof AiException a) {
      return a;
    }
    return new AiException.MalformedResponse(
        Failure.of("The provider failed with " + e.getClass().getName()).billed(true).cause(e));
  }
}
