package dev.gatun.ai.client;

import dev.gatun.ai.Attempt;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.EmbeddingResponse;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.spi.CallObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several observers as one; what they throw is logged and harms no call. */
final class Observers implements CallObserver {
  private static final Logger log = LoggerFactory.getLogger("dev.gatun.ai");
  private static final Call NOTHING = new Call() {};
  private final List<CallObserver> observers;

  Observers(List<CallObserver> observers) {
    this.observers = observers;
  }

  @Override
  public Call begin(Begin begin) {
    if (observers.isEmpty()) {
      return NOTHING;
    }
    List<Call> calls = new ArrayList<>(observers.size());
    for (CallObserver o : observers) {
      try {
        calls.add(o.begin(begin));
      } catch (RuntimeException e) {
        log.atError().setCause(e).log("An observer failed");
      }
    }
    return new All(calls);
  }

  private record All(List<Call> calls) implements Call {
    private void each(Consumer<Call> tell) {
      for (Call c : calls) {
        try {
          tell.accept(c);
        } catch (RuntimeException e) {
          log.atError().setCause(e).log("An observer failed");
        }
      }
    }

    // Hedged attempts end in threads of their own; an observer is told by one thread at a time.

    @Override
    public synchronized void attemptBegins(ModelRef model) {
      each(c -> c.attemptBegins(model));
    }

    @Override
    public synchronized void firstContent(ModelRef model, Duration after) {
      each(c -> c.firstContent(model, after));
    }

    @Override
    public synchronized void attemptEnds(Attempt attempt, Optional<AiException> error) {
      each(c -> c.attemptEnds(attempt, error));
    }

    @Override
    public synchronized void cacheHit() {
      each(Call::cacheHit);
    }

    @Override
    public synchronized void succeeds(ChatResponse response) {
      each(c -> c.succeeds(response));
    }

    @Override
    public synchronized void embeds(EmbeddingResponse response) {
      each(c -> c.embeds(response));
    }

    @Override
    public synchronized void fails(AiException error) {
      each(c -> c.fails(error));
    }
  }
}
