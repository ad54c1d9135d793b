package dev.gatun.ai.provider;

import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.provider.dialect.Dialect;
import dev.gatun.ai.provider.http.Sse;
import dev.gatun.ai.provider.http.Transport;
import dev.gatun.ai.spi.EventSource;
import dev.gatun.ai.spi.RateLimits;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** The events of a stream over HTTP. */
final class HttpEvents implements EventSource {
  private final Transport.Exchange exchange;
  private final Dialect.Decoder decoder;
  private final RateLimits limits;
  private final String key;
  private final Sse sse;
  private final ArrayDeque<StreamEvent> ready = new ArrayDeque<>();
  // Held while reading: a body is not closed under its reader.
  private final ReentrantLock reading = new ReentrantLock();
  private volatile boolean closed;
  private boolean content;
  private volatile boolean finished;

  HttpEvents(Transport.Exchange exchange, Dialect.Decoder decoder, RateLimits limits, String key) {
    this.exchange = exchange;
    this.decoder = decoder;
    this.limits = limits;
    this.key = key;
    this.sse = new Sse(exchange.source(), () -> exchange.limitNextRead(content));
  }

  @Override
  public StreamEvent next() {
    if (finished) {
      throw new NoSuchElementException("The stream is finished");
    }
    reading.lock();
    try {
      while (ready.isEmpty()) {
        read();
      }
      StreamEvent event = ready.remove();
      content |= event.content();
      if (event instanceof StreamEvent.Finished) {
        finished = true;
        exchange.close();
      }
      return event;
    } catch (AiException e) {
      closed = true;
      throw e;
    } finally {
      reading.unlock();
      if (closed) {
        closeBody();
      }
    }
  }

  private void read() {
    if (closed) {
      throw new AiException.Cancelled(
          Failure.of("The stream was closed").at(exchange.at()).billed(true));
    }
    Optional<Sse.Event> event;
    try {
      exchange.limitNextRead(content);
      event = sse.next();
    } catch (IOException e) {
      throw exchange.broken(e, "its stream was cut off", content);
    }
    if (event.isPresent()) {
      decoder.accept(
          event.get().name(), HttpProvider.withoutKey(event.get().data(), key), ready::add);
      return;
    }
    decoder.end(ready::add);
    if (ready.isEmpty()) {
      throw new AiException.StreamTruncated(
          Failure.of(exchange.at().provider() + ": its stream ended before its end marker")
              .at(exchange.at())
              .status(exchange.status())
              .billed(true));
    }
  }

  @Override
  public RateLimits limits() {
    return limits;
  }

  /** Ends the request; a thread that reads gets an error, and closes the body then. */
  @Override
  public void close() {
    if (!finished) {
      exchange.cancel();
    }
    closed = true;
    closeBody();
  }

  private void closeBody() {
    if (reading.tryLock()) {
      try {
        exchange.close();
      } finally {
        reading.unlock();
      }
    }
  }
}
