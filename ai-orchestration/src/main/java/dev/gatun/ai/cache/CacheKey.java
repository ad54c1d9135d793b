package dev.gatun.ai.cache;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.json.Json;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * The cache key of a request: the SHA-256 of all that can change its answer, the tenant included.
 *
 * <p>Every component of {@link ChatRequest} and of the records in it counts, also one that is added
 * later, but for those that say how to call and not what to ask: the time limit, the use of the
 * cache, and the labels.
 */
public final class CacheKey {
  private static final Set<String> NOT_ASKED = Set.of("timeout", "cache", "metadata");

  private static final ClassValue<RecordComponent[]> COMPONENTS =
      new ClassValue<>() {
        @Override
        protected RecordComponent[] computeValue(Class<?> type) {
          return type.getRecordComponents();
        }
      };

  private final MessageDigest digest;

  private CacheKey(MessageDigest digest) {
    this.digest = digest;
  }

  /** The key of a request, 64 hexadecimal digits. */
  public static String of(ChatRequest request) {
    CacheKey key = new CacheKey(sha256());
    for (RecordComponent c : COMPONENTS.get(ChatRequest.class)) {
      if (!NOT_ASKED.contains(c.getName())) {
        key.text(c.getName());
        key.value(read(c, request));
      }
    }
    return HexFormat.of().formatHex(key.digest.digest());
  }

  /** Every value is written with its kind and its length, so that no two ways of reading exist. */
  private void value(Object value) {
    switch (value) {
      case String s -> {
        kind('s');
        text(s);
      }
      case Boolean b -> kind(b ? 't' : 'f');
      case Number n -> {
        kind('n');
        text(n.toString());
      }
      case Enum<?> e -> {
        kind('e');
        text(e.name());
      }
      case Optional<?> o -> optional(o.isPresent() ? o.get() : null);
      case OptionalInt o -> optional(o.isPresent() ? o.getAsInt() : null);
      case OptionalLong o -> optional(o.isPresent() ? o.getAsLong() : null);
      case OptionalDouble o -> optional(o.isPresent() ? o.getAsDouble() : null);
      case Map<?, ?> m -> {
        Map<String, Object> sorted = new TreeMap<>();
        m.forEach((k, v) -> sorted.put(String.valueOf(k), v));
        kind('m');
        length(sorted.size());
        sorted.forEach((k, v) -> {
          text(k);
          value(v);
        });
      }
      case Set<?> set -> {
        List<String> sorted = set.stream().map(String::valueOf).sorted().toList();
        kind('u');
        length(sorted.size());
        sorted.forEach(this::text);
      }
      case Collection<?> list -> {
        kind('l');
        length(list.size());
        list.forEach(this::value);
      }
      case Json.Null _ -> kind('0');
      case Record r -> {
        kind('r');
        text(r.getClass().getName());
        for (RecordComponent c : COMPONENTS.get(r.getClass())) {
          value(read(c, r));
        }
      }
      // java.net.URI, java.time.Duration: their texts are exact.
      default -> {
        kind('o');
        text(value.toString());
      }
    }
  }

  private void optional(@org.jspecify.annotations.Nullable Object value) {
    if (value == null) {
      kind('-');
    } else {
      kind('+');
      value(value);
    }
  }

  private void kind(char c) {
    digest.update((byte) c);
  }

  private void length(int n) {
    digest.update((byte) (n >>> 24));
    digest.update((byte) (n >>> 16));
    digest.update((byte) (n >>> 8));
    digest.update((byte) n);
  }

  private void text(String s) {
    byte[] bytes = s.getBytes(StandardCharsets.UTF_8);
    length(bytes.length);
    digest.update(bytes);
  }

  private static Object read(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("A public record of this module can be read: " + component, e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every JDK has SHA-256", e);
    }
  }
}
