/** Requests that may be sent twice and are done once. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway.idempotency;
