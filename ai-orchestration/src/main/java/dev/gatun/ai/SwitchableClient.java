package dev.gatun.ai;

import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * A client whose providers and settings can be replaced while calls are under way: each call ends
 * at the client that it began with, and a client that was replaced is closed when the last of its
 * calls has ended. Streams must be closed. Thread-safe.
 */
public final class SwitchableClient implements AiClient {
  private final Set<Lease> replaced = new HashSet<>();
  private volatile Lease current;
  private boolean closed;

  /** Calls go to a client, which is closed with this one. */
  public SwitchableClient(AiClient client) {
    current = new Lease(client);
  }

  /** A client, and how many calls are under way at it. */
  private static final class Lease {
    private final AiClient client;
    private int calls;
    private boolean replaced;

    Lease(AiClient client) {
      this.client = client;
    }

    /** Whether a call may begin. */
    synchronized boolean enter() {
      if (replaced) {
        return false;
      }
      calls++;
      return true;
    }

    /** Whether nobody needs the client any more. */
    synchronized boolean leave() {
      calls--;
      return replaced && calls == 0;
    }

    /** Whether nobody needs the client any more. */
    synchronized boolean replace() {
      replaced = true;
      return calls == 0;
    }
  }

  /** The client to which calls go now. */
  public AiClient current() {
    return current.client;
  }

  /**
   * From now on calls go to another client, which is closed with this one.
   *
   * @throws IllegalStateException when this client is closed; the other one is then closed too
   */
  public void switchTo(AiClient next) {
    Lease old;
    synchronized (this) {
      if (closed) {
        next.close();
        throw new IllegalStateException("The client is closed");
      }
      old = current;
      current = new Lease(next);
      replaced.add(old);
    }
    if (old.replace()) {
      end(old);
    }
  }

  private void end(Lease lease) {
    synchronized (this) {
      replaced.remove(lease);
    }
    lease.client.close();
  }

  private Lease enter() {
    Lease lease = current;
    while (!lease.enter()) {
      lease = current;
    }
    return lease;
  }

  private void leave(Lease lease) {
    if (lease.leave()) {
      end(lease);
    }
  }

  private <T> T call(Function<AiClient, T> ask) {
    Lease lease = enter();
    try {
      return ask.apply(lease.client);
    } finally {
      leave(lease);
    }
  }

  @Override
  public ChatResponse chat(ChatRequest request) {
    return call(c -> c.chat(request));
  }

  @Override
  public EmbeddingResponse embed(EmbeddingRequest request) {
    return call(c -> c.embed(request));
  }

  @Override
  public Gathered fanOut(ChatRequest request, FanOut plan) {
    return call(c -> c.fanOut(request, plan));
  }

  @Override
  public RoutePlan explain(ChatRequest request) {
    return call(c -> c.explain(request));
  }

  @Override
  public ChatStream stream(ChatRequest request) {
    Lease lease = enter();
    boolean begun = false;
    try {
      ChatStream stream = lease.client.stream(request);
      begun = true;
      return new Leased(stream, () -> leave(lease));
    } finally {
      if (!begun) {
        leave(lease);
      }
    }
  }

  /** A stream that says when it is closed. */
  private static final class Leased implements ChatStream {
    private final ChatStream stream;
    private final Runnable closing;
    private final AtomicBoolean closed = new AtomicBoolean();

    Leased(ChatStream stream, Runnable closing) {
      this.stream = stream;
      this.closing = closing;
    }

    @Override
    public Iterator<StreamEvent> iterator() {
      return stream.iterator();
    }

    @Override
    public ChatResponse result() {
      return stream.result();
    }

    @Override
    public void close() {
      try {
        stream.close();
      } finally {
        if (closed.compareAndSet(false, true)) {
          closing.run();
        }
      }
    }
  }

  @Override
  public Status status() {
    return current.client.status();
  }

  @Override
  public void close() {
    Set<Lease> all;
    synchronized (this) {
      closed = true;
      all = new HashSet<>(replaced);
      all.add(current);
    }
    RuntimeException failed = null;
    for (Lease lease : all) {
      try {
        lease.client.close();
      } catch (RuntimeException e) {
        failed = e;
      }
    }
    if (failed != null) {
      throw failed;
    }
  }
}
