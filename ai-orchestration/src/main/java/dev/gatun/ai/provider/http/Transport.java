package dev.gatun.ai.provider.http;

import dev.gatun.ai.ModelRef;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.AiException.TimedOut;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.spi.CallContext;
import dev.gatun.ai.spi.Cancellation;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSink;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests, one each: okhttp's own retries and redirects are off, since a repeated POST is
 * billed twice and a redirect would carry the key elsewhere. Thread-safe.
 */
public final class Transport implements AutoCloseable {
  private static final MediaType JSON = MediaType.get("application/json");

  /** Bodies above this are refused: a model's answer is thousands of times smaller. */
  private static final long MAX_BODY = 64L << 20;

  private static final int IDLE_CONNECTIONS = 256;

  private final OkHttpClient client;
  private final TimeLimits limits = new TimeLimits();
  private final Optional<Signing> signing;

  /** A transport with connections of its own. */
  public Transport(Optional<Signing> signing) {
    this.signing = signing;
    client =
        new OkHttpClient.Builder()
            .retryOnConnectionFailure(false)
            .followRedirects(false)
            .followSslRedirects(false)
            .connectionPool(new ConnectionPool(IDLE_CONNECTIONS, 1, TimeUnit.MINUTES))
            // The time of a call has one limit: see TimeLimits.
            .callTimeout(Duration.ZERO)
            .readTimeout(Duration.ZERO)
            .writeTimeout(Duration.ZERO)
            .eventListenerFactory(Transport::listener)
            .addInterceptor(Transport::limit)
            .build();
  }

  /** A body that okhttp may not send again, as it otherwise does after some answers with 503. */
  private static final class OneShot extends RequestBody {
    private final byte[] bytes;

    OneShot(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public MediaType contentType() {
      return JSON;
    }

    @Override
    public long contentLength() {
      return bytes.length;
    }

    @Override
    public boolean isOneShot() {
      return true;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      sink.write(bytes);
    }
  }

  /** How far a request has come; the tag of the okhttp request. */
  private static final class Progress extends EventListener {
    private final Duration connect;
    private volatile boolean connected;
    private volatile boolean sent;

    Progress(Duration connect) {
      this.connect = connect;
    }

    @Override
    public void connectionAcquired(Call call, okhttp3.Connection connection) {
      connected = true;
    }

    @Override
    public void requestBodyEnd(Call call, long byteCount) {
      sent = true;
    }
  }

  private static EventListener listener(Call call) {
    Progress progress = call.request().tag(Progress.class);
    return progress == null ? EventListener.NONE : progress;
  }

  private static Response limit(Interceptor.Chain chain) throws IOException {
    Progress p = chain.request().tag(Progress.class);
    if (p == null) {
      return chain.proceed(chain.request());
    }
    int connect = Math.clamp(p.connect.toMillis(), 1, Integer.MAX_VALUE);
    return (connect == chain.connectTimeoutMillis()
            ? chain
            : chain.withConnectTimeout(connect, TimeUnit.MILLISECONDS))
        .proceed(chain.request());
  }

  /**
   * Posts JSON.
   *
   * @param url where to
   * @param headers what besides the body's type
   * @param body the JSON document
   * @param context deadline, waits and cancellation
   * @param streaming whether the first piece has a time limit of its own
   * @param at whom it asks, for errors
   * @return the answer, whatever its status; to be closed
   * @throws AiException when no answer came
   */
  public Exchange post(
      HttpUrl url,
      Map<String, String> headers,
      byte[] body,
      CallContext context,
      boolean streaming,
      ModelRef at) {
    Duration left = context.deadline().remaining();
    if (left.isZero()) {
      throw new TimedOut(
          TimedOut.Phase.TOTAL, Failure.of("The call's time was over before the request").at(at));
    }
    Duration first =
        streaming && context.firstToken().compareTo(left) < 0 ? context.firstToken() : left;
    Duration connect = context.connect().compareTo(left) < 0 ? context.connect() : left;
    Progress progress = new Progress(connect);
    Request.Builder request =
        new Request.Builder().url(url).tag(Progress.class, progress).post(new OneShot(body));
    headers.forEach(request::header);
    signing.ifPresent(s -> {
      Instant now = context.deadline().time().now();
      request.header("X-Gatun-Timestamp", Long.toString(now.getEpochSecond()));
      request.header("X-Gatun-Signature", s.sign(now, "POST", url.encodedPath(), body));
    });
    Call call = client.newCall(request.build());
    TimeLimits.Limited limit = new TimeLimits.Limited(first, call::cancel);
    limits.watch(limit);
    Cancellation.Registration registration = context.cancellation().onCancel(call::cancel);
    Runnable end =
        () -> {
          registration.close();
          limits.done(limit);
        };
    boolean answered = false;
    try {
      Response response = call.execute();
      answered = true;
      return new Exchange(call, response, context, limit, end, at, streaming);
    } catch (IOException e) {
      if (context.cancellation().isCancelled() || interrupted(e)) {
        throw new AiException.Cancelled(
            say(Failure.of("").at(at).billed(progress.sent).cause(e), "The call was cancelled"));
      }
      throw failed(e, context, progress, limit.isExpired(), first, streaming, at);
    } finally {
      if (!answered) {
        end.run();
      }
    }
  }

  private static AiException failed(
      IOException e,
      CallContext context,
      Progress p,
      boolean expired,
      Duration first,
      boolean streaming,
      ModelRef at) {
    Failure f = Failure.of("").at(at).billed(p.sent).cause(e);
    if (expired || e instanceof InterruptedIOException) {
      if (!p.connected) {
        return new TimedOut(
            TimedOut.Phase.CONNECT,
            say(
                f,
                "No connection to " + at.provider() + " within " + p.connect.toMillis() + " ms"));
      }
      boolean begin = streaming && !context.deadline().passed();
      return new TimedOut(
          begin ? TimedOut.Phase.FIRST_TOKEN : TimedOut.Phase.TOTAL,
          say(f, at.provider() + " did not begin to answer within " + first.toMillis() + " ms"));
    }
    return p.sent
        ? new AiException.ConnectFailed(
            say(f, at.provider() + " closed the connection without an answer"))
        : new AiException.ConnectFailed(
            say(f, "No connection to " + at.provider() + ": " + e.getClass().getSimpleName()));
  }

  /** Okio tells an interrupt apart from a time limit by its message alone. */
  private static boolean interrupted(IOException e) {
    return Thread.currentThread().isInterrupted()
        || (e instanceof InterruptedIOException
            && !(e instanceof SocketTimeoutException)
            && "interrupted".equals(e.getMessage()));
  }

  private static Failure say(Failure f, String message) {
    return new Failure(
        message,
        f.at(),
        f.status(),
        f.code(),
        f.requestId(),
        f.retryAfter(),
        f.mayHaveBilled(),
        f.cause());
  }

  /** An answer that has begun. Used by one thread, closed by any. */
  public static final class Exchange implements AutoCloseable {
    private final Call call;
    private final Response response;
    private final CallContext context;
    private final TimeLimits.Limited limit;
    private final Runnable end;
    private final ModelRef at;
    private final boolean streaming;
    private final long begun;

    private Exchange(
        Call call,
        Response response,
        CallContext context,
        TimeLimits.Limited limit,
        Runnable end,
        ModelRef at,
        boolean streaming) {
      this.call = call;
      this.response = response;
      this.context = context;
      this.limit = limit;
      this.end = end;
      this.at = at;
      this.streaming = streaming;
      this.begun = context.deadline().time().nanos();
    }

    /** The HTTP status. */
    public int status() {
      return response.code();
    }

    /** A header. */
    public @Nullable String header(String name) {
      return response.header(name);
    }

    /** When it arrived. */
    public Instant now() {
      return context.deadline().time().now();
    }

    /** The body, whose next read has the time that was set last. */
    public BufferedSource source() {
      return response.body().source();
    }

    /**
     * The whole body.
     *
     * @throws AiException when it does not arrive whole or is larger than 64 MiB
     */
    public Buffer body() {
      limit.limit(context.deadline().remaining());
      try {
        BufferedSource source = source();
        if (source.request(MAX_BODY + 1)) {
          throw new AiException.MalformedResponse(
              Failure.of(at.provider() + "'s answer is larger than " + MAX_BODY + " bytes")
                  .at(at)
                  .status(status())
                  .billed(true));
        }
        return source.getBuffer();
      } catch (IOException e) {
        throw broken(e, "its answer ended early");
      }
    }

    /**
     * Sets how long the next reads may take.
     *
     * @param content whether the answer's first content has arrived
     */
    public void limitNextRead(boolean content) {
      Duration left = context.deadline().remaining();
      Duration wait = context.idle();
      if (streaming && !content) {
        long waited = context.deadline().time().nanos() - begun;
        wait = context.firstToken().minusNanos(waited);
      }
      limit.limit(wait.compareTo(left) < 0 ? wait : left);
    }

    /** The error of a read that failed. */
    public AiException broken(IOException e, String what) {
      return broken(e, what, false);
    }

    /**
     * The error of a read that failed.
     *
     * @param content whether the answer's first content had arrived
     */
    public AiException broken(IOException e, String what, boolean content) {
      Failure f = Failure.of("").at(at).status(status()).billed(true).cause(e);
      if (context.cancellation().isCancelled()
          || interrupted(e)
          || (call.isCanceled() && !limit.isExpired())) {
        return new AiException.Cancelled(say(f, "The call was cancelled"));
      }
      if (limit.isExpired()) {
        if (context.deadline().passed()) {
          return new TimedOut(
              TimedOut.Phase.TOTAL,
              say(f, "The call's time was over before " + at.provider() + "'s answer was"));
        }
        return content
            ? new TimedOut(
                TimedOut.Phase.IDLE,
                say(f, at.provider() + " said nothing for " + context.idle().toMillis() + " ms"))
            : new TimedOut(
                TimedOut.Phase.FIRST_TOKEN,
                say(
                    f,
                    at.provider()
                        + " did not begin to answer within "
                        + context.firstToken().toMillis()
                        + " ms"));
      }
      return new AiException.StreamTruncated(say(f, at.provider() + ": " + what));
    }

    /** Whom it asked. */
    public ModelRef at() {
      return at;
    }

    /** Gives the connection back when the body was read to its end, else closes it. */
    @Override
    public void close() {
      end.run();
      response.close();
    }

    /** Ends the request from any thread. */
    public void cancel() {
      call.cancel();
    }
  }

  /** Closes idle connections. */
  @Override
  public void close() {
    client.connectionPool().evictAll();
    limits.close();
  }
}
