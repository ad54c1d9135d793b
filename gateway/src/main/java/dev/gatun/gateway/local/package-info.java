/** A language model in the gateway's own process. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway.local;
