/** Connections to Redis, for the cache and the limits that several processes share. */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai.redis;
