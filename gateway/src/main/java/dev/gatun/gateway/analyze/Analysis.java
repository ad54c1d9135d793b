package dev.gatun.gateway.analyze;

import dev.gatun.ai.json.Json;
import java.util.List;

/**
 * What the static analysis of one thing gave.
 *
 * @param kind {@code network}, {@code history}, {@code onnx} or {@code safetensors}
 * @param facts counted and measured
 * @param findings judged from the facts
 */
record Analysis(String kind, Json.Obj facts, List<Finding> findings) {
  Analysis {
    findings = List.copyOf(findings);
  }
}
