package dev.gatun.examples.gateway;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.spi.AppenderAttachable;
import dev.gatun.ai.spi.ProviderConfig;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** The log of the service: its form by {@code GATUN_LOG_FORMAT}, and no secrets in it. */
final class Logs {
  private Logs() {}

  /**
   * Has the log keep to settings: {@code GATUN_LOG_FORMAT} is {@code plain} (the default) or {@code
   * json}.
   *
   * @throws IllegalArgumentException for another format
   */
  static void configure(ProviderConfig settings) {
    String format = settings.get("GATUN_LOG_FORMAT").orElse("plain");
    if (!format.equals("plain") && !format.equals("json")) {
      throw new IllegalArgumentException(
          "GATUN_LOG_FORMAT must be plain or json, got '" + format + "'");
    }
    if (!SLF4JBridgeHandler.isInstalled()) {
      SLF4JBridgeHandler.removeHandlersForRootLogger();
      SLF4JBridgeHandler.install();
    }
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      configure(context, format.equals("json"), Redaction.of(settings));
    }
  }

  static void configure(LoggerContext context, boolean json, Redaction redaction) {
    each(context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders(), json, redaction);
  }

  private static void each(
      Iterator<Appender<ILoggingEvent>> appenders, boolean json, Redaction redaction) {
    while (appenders.hasNext()) {
      switch (appenders.next()) {
        case OutputStreamAppender<ILoggingEvent> out -> encode(out, json, redaction);
        case AppenderAttachable<?> all -> {
          @SuppressWarnings("unchecked") // what an appender of events holds
          AppenderAttachable<ILoggingEvent> events = (AppenderAttachable<ILoggingEvent>) all;
          each(events.iteratorForAppenders(), json, redaction);
        }
        case null, default -> {}
      }
    }
  }

  private static void encode(
      OutputStreamAppender<ILoggingEvent> out, boolean json, Redaction redaction) {
    Encoder<ILoggingEvent> old = out.getEncoder() instanceof Safe s ? s.plain() : out.getEncoder();
    Encoder<ILoggingEvent> lines = json ? new JsonLines() : old;
    Safe safe = new Safe(old, lines, redaction);
    safe.setContext(out.getContext());
    safe.start();
    out.setEncoder(safe);
  }

  /** Another encoder's lines without secrets. */
  private static final class Safe extends EncoderBase<ILoggingEvent> {
    private final Encoder<ILoggingEvent> plain;
    private final Encoder<ILoggingEvent> lines;
    private final Redaction redaction;

    Safe(Encoder<ILoggingEvent> plain, Encoder<ILoggingEvent> lines, Redaction redaction) {
      this.plain = plain;
      this.lines = lines;
      this.redaction = redaction;
    }

    Encoder<ILoggingEvent> plain() {
      return plain;
    }

    @Override
    public byte[] headerBytes() {
      return lines.headerBytes();
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
      return redaction
          .apply(new String(lines.encode(event), StandardCharsets.UTF_8))
          .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] footerBytes() {
      return lines.footerBytes();
    }
  }
}
