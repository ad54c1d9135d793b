/** The REST service: {@link dev.gatun.gateway.Gateway} starts it. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway;
