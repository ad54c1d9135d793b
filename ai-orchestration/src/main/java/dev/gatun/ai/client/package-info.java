/** The client: pipeline, attempt loop, health of providers and keys, streams, fan-out. */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai.client;
