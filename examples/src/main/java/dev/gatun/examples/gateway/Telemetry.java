package dev.gatun.examples.gateway;

import dev.gatun.ai.spi.ProviderConfig;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * OpenTelemetry by its standard settings, {@code OTEL_…}, from the environment and from the
 * service's files. Off, and none of its classes loaded, as long as no endpoint is set.
 */
final class Telemetry {
  /** What the service wants where nobody says otherwise; metrics are for Prometheus to fetch. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "otel.service.name", "gatun",
          "otel.exporter.otlp.protocol", "http/protobuf",
          "otel.metrics.exporter", "none",
          "otel.logs.exporter", "none");

  private Telemetry() {}

  /**
   * What traces are sent with, to be closed at the end; empty without {@code
   * OTEL_EXPORTER_OTLP_ENDPOINT} and {@code OTEL_EXPORTER_OTLP_TRACES_ENDPOINT}, and where {@code
   * OTEL_SDK_DISABLED} is {@code true}.
   *
   * @throws IllegalArgumentException when a setting is unusable
   */
  static Optional<OpenTelemetrySdk> of(ProviderConfig settings) {
    boolean wanted =
        settings.get("OTEL_EXPORTER_OTLP_ENDPOINT").isPresent()
            || settings.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").isPresent();
    boolean disabled =
        settings.get("OTEL_SDK_DISABLED").filter("true"::equalsIgnoreCase).isPresent();
    if (!wanted || disabled) {
      return Optional.empty();
    }
    Map<String, String> properties = new HashMap<>(DEFAULTS);
    for (String name : settings.names()) {
      if (name.startsWith("OTEL_")) {
        settings
            .get(name)
            .ifPresent(v -> properties.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), v));
      }
    }
    try {
      return Optional.of(
          AutoConfiguredOpenTelemetrySdk.builder()
              .addPropertiesSupplier(() -> properties)
              .disableShutdownHook() // spans end while the gateway drains
              .build()
              .getOpenTelemetrySdk());
    } catch (ConfigurationException e) {
      throw new IllegalArgumentException(
          "OpenTelemetry cannot use its settings (OTEL_…): " + e.getMessage(), e);
    }
  }
}
