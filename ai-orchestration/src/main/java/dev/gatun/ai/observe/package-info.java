/** Logs, metrics and traces of calls, under OpenTelemetry's names for generative AI. */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai.observe;
