/** One HTTP request to a provider: time limits, cancellation, events. */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai.provider.http;
