/**
 * One client for several large-model providers: requests, answers, streams and events in one normal
 * form, independent of who serves them.
 *
 * <p>{@link dev.gatun.ai.AiClient} is the entry. All values here are immutable and thread-safe.
 */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai;
