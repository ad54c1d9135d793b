package dev.gatun.ai.provider;

import dev.gatun.ai.Capability;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Task;
import dev.gatun.ai.catalog.Catalog;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.provider.dialect.Dialect;
import dev.gatun.ai.provider.dialect.Embeddings;
import dev.gatun.ai.provider.dialect.Errors;
import dev.gatun.ai.provider.dialect.Limits;
import dev.gatun.ai.provider.http.Signing;
import dev.gatun.ai.provider.http.Transport;
import dev.gatun.ai.spi.CallContext;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.ChatReply;
import dev.gatun.ai.spi.EmbeddingCall;
import dev.gatun.ai.spi.EmbeddingReply;
import dev.gatun.ai.spi.EventSource;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import okhttp3.HttpUrl;
import okio.Buffer;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/** A provider over HTTP: a base URL, a way to show the key, and dialects. */
final class HttpProvider implements Provider {
  /**
   * What makes a provider.
   *
   * @param id its id
   * @param base its base URL, with a path that ends in a slash
   * @param keys its keys
   * @param auth the header that shows a key: name and value
   * @param headers sent with each request
   * @param models those that routing may choose
   * @param dialect how a call is put
   * @param embeddings how embeddings are asked for
   * @param signing signs requests
   */
  record Spec(
      String id,
      HttpUrl base,
      List<Secret> keys,
      Function<Secret, Map.Entry<String, String>> auth,
      Map<String, String> headers,
      List<ModelInfo> models,
      Function<ChatCall, Dialect> dialect,
      Optional<Embeddings> embeddings,
      Optional<Signing> signing) {}

  /** What a model can do that is in no list: whatever the request asks, the provider will say. */
  private static final Set<Capability> ALL = Set.of(Capability.values());

  private static final int SHORTEST_SECRET = 16;
  private static final int MAX_URLS = 256;

  /** White space of this length is no answer either, but nobody sends that. */
  private static final int BLANK = 64;

  private final Spec spec;
  private final Transport transport;
  private final Map<String, HttpUrl> urls = new ConcurrentHashMap<>();

  HttpProvider(Spec spec) {
    this.spec = spec;
    this.transport = new Transport(spec.signing());
  }

  @Override
  public String id() {
    return spec.id();
  }

  @Override
  public List<ModelInfo> models() {
    return spec.models();
  }

  @Override
  public Optional<ModelInfo> model(String name) {
    ModelRef ref = new ModelRef(spec.id(), name);
    return Catalog.find(spec.models(), ref)
        .or(() ->
            Optional.of(
                new ModelInfo(
                    ref,
                    ALL,
                    Long.MAX_VALUE,
                    Long.MAX_VALUE,
                    Map.of(Task.GENERAL, 0.5),
                    Optional.empty())));
  }

  @Override
  public List<Secret> keys() {
    return spec.keys();
  }

  @Override
  public ChatReply chat(ChatCall call) {
    Dialect dialect = spec.dialect().apply(call);
    ModelRef at = call.model().ref();
    try (Transport.Exchange x =
        post(
            dialect.path(call.model(), false),
            dialect.request(call, false),
            call.key(),
            call.context(),
            false,
            at)) {
      Json.Obj body = body(x, call.key(), at);
      return dialect.reply(body, Limits.of(x::header, x.now()), at);
    }
  }

  @Override
  public EventSource stream(ChatCall call) {
    Dialect dialect = spec.dialect().apply(call);
    ModelRef at = call.model().ref();
    Transport.Exchange x =
        post(
            dialect.path(call.model(), true),
            dialect.request(call, true),
            call.key(),
            call.context(),
            true,
            at);
    boolean handedOver = false;
    try {
      String type = x.header("content-type");
      if (x.status() != 200 || type == null || !type.contains("text/event-stream")) {
        var _ = body(x, call.key(), at);
        throw Errors.malformed(at, "is not a stream of events, but of the type " + printable(type));
      }
      EventSource source =
          new HttpEvents(
              x, dialect.decoder(at), Limits.of(x::header, x.now()), call.key().reveal());
      handedOver = true;
      return source;
    } finally {
      if (!handedOver) {
        x.close();
      }
    }
  }

  private static String printable(@Nullable String type) {
    return type == null ? "none" : type.replaceAll("[^\\x20-\\x7e]", "?");
  }

  @Override
  public EmbeddingReply embed(EmbeddingCall call) {
    ModelRef at = call.model().ref();
    Embeddings dialect =
        spec.embeddings()
            .orElseThrow(() ->
                new AiException.InvalidRequest(
                    Failure.of(spec.id() + " has no embeddings").at(at)));
    try (Transport.Exchange x =
        post(dialect.path(call), dialect.request(call), call.key(), call.context(), false, at)) {
      Json.Obj body = body(x, call.key(), at);
      return dialect.reply(body, call.request().inputs().size(), Limits.of(x::header, x.now()), at);
    }
  }

  private @Nullable HttpUrl url(String path) {
    HttpUrl known = urls.get(path);
    if (known != null) {
      return known;
    }
    HttpUrl url = spec.base().resolve(path);
    // Names of models are parts of some paths, and clients may name many.
    if (url != null && urls.size() < MAX_URLS) {
      urls.put(path, url);
    }
    return url;
  }

  private Transport.Exchange post(
      String path, Json.Obj body, Secret key, CallContext context, boolean stream, ModelRef at) {
    HttpUrl url = url(path);
    if (url == null) {
      throw new AiException.InvalidRequest(
          Failure.of("The model's name cannot be part of an address").at(at));
    }
    Map<String, String> headers = new LinkedHashMap<>(spec.headers());
    if (!key.equals(Secret.NONE)) {
      Map.Entry<String, String> auth = spec.auth().apply(key);
      headers.put(auth.getKey(), auth.getValue());
    }
    return transport.post(url, headers, Json.bytes(body), context, stream, at);
  }

  /**
   * An answer may quote the key, which must reach no error, log or caller. A key as short as the
   * words that self-hosted servers take for one ({@code ollama}, {@code EMPTY}) is no secret, and
   * may be in any answer.
   */
  static String withoutKey(String text, String key) {
    // In JSON a slash may be written in two ways.
    return key.length() < SHORTEST_SECRET
        ? text
        : text.replace(key, "[key]").replace(key.replace("/", "\\/"), "[key]");
  }

  /** The same of a body. */
  private static Buffer withoutKey(Buffer bytes, String key) throws IOException {
    return key.length() < SHORTEST_SECRET
            || (bytes.indexOf(ByteString.encodeUtf8(key)) < 0
                && (key.indexOf('/') < 0
                    || bytes.indexOf(ByteString.encodeUtf8(key.replace("/", "\\/"))) < 0))
        ? bytes
        : new Buffer().writeUtf8(withoutKey(bytes.readUtf8(), key));
  }

  /** The body of a success; another status is an error. */
  private static Json.Obj body(Transport.Exchange x, Secret key, ModelRef at) {
    Buffer bytes;
    try {
      bytes = withoutKey(x.body(), key.reveal());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Memory does not fail.
    }
    boolean blank = bytes.size() < BLANK && bytes.snapshot().utf8().isBlank();
    Json.Obj body = Json.Obj.EMPTY;
    boolean json = false;
    try {
      Json parsed = Json.parse(bytes);
      if (parsed instanceof Json.Obj o) {
        body = o;
        json = true;
      } else if (parsed instanceof Json.Arr a
          && !a.elements().isEmpty()
          && a.elements().getFirst() instanceof Json.Obj o) {
        body = o; // Gemini wraps the errors of streams.
        json = true;
      }
    } catch (Json.JsonSyntaxException _) {
      // Judged below.
    }
    if (x.status() != 200 || body.get("error").isPresent()) {
      throw error(x, body, key, at);
    }
    if (!json) {
      throw Errors.malformed(at, blank ? "is empty" : "is not a JSON object");
    }
    return body;
  }

  private static AiException error(Transport.Exchange x, Json.Obj body, Secret key, ModelRef at) {
    return Errors.of(x.status(), body, x::header, x.now(), at, key.reveal());
  }

  @Override
  public void close() {
    transport.close();
  }

  @Override
  public String toString() {
    return spec.id() + " at " + spec.base().host() + " with " + spec.keys().size() + " keys";
  }
}
