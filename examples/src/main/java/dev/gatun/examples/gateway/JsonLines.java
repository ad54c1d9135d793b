package dev.gatun.examples.gateway;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import dev.gatun.ai.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.event.KeyValuePair;

/**
 * A log event as one JSON object on a line: {@code time}, {@code level}, {@code logger}, {@code
 * thread}, {@code message}, then what the request set ({@code request_id}, {@code trace_id}, {@code
 * tenant}) and the event's own pairs, then {@code stack_trace}. Logback's own JSON encoder nests
 * the pairs, each in an object of its own, where log stores do not index them.
 */
final class JsonLines extends EncoderBase<ILoggingEvent> {
  private static final byte[] NONE = {};
  private static final Json EMPTY = Json.of("");

  @Override
  public byte[] headerBytes() {
    return NONE;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    Map<String, Json> line = new LinkedHashMap<>();
    line.put("time", Json.of(Instant.ofEpochMilli(event.getTimeStamp()).toString()));
    line.put("level", Json.of(event.getLevel().toString()));
    line.put("logger", Json.of(event.getLoggerName()));
    line.put("thread", Json.of(event.getThreadName()));
    line.put("message", Json.of(String.valueOf(event.getFormattedMessage())));
    event.getMDCPropertyMap().forEach((name, value) -> put(line, name, value));
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        put(line, pair.key, pair.value);
      }
    }
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      line.put("stack_trace", Json.of(ThrowableProxyUtil.asString(thrown)));
    }
    return (Json.write(new Json.Obj(line)) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Pairs never replace what every line has. */
  private static void put(Map<String, Json> line, String name, Object value) {
    Json json =
        switch (value) {
          case null -> Json.NULL;
          case Json j -> j;
          case Boolean b -> Json.of(b);
          case Integer n -> Json.of(n);
          case Long n -> Json.of(n);
          case Double n when Double.isFinite(n) -> Json.of(n);
          default -> Json.of(value.toString());
        };
    if (json instanceof Json.Null || json.equals(EMPTY)) {
      return;
    }
    switch (name) {
      case "time", "level", "logger", "thread", "message", "stack_trace" ->
          line.put("_" + name, json);
      default -> line.put(name, json);
    }
  }

  @Override
  public byte[] footerBytes() {
    return NONE;
  }
}
