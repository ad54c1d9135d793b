/** {@code ./gatun serve}: the REST service. */
@org.jspecify.annotations.NullMarked
package dev.gatun.examples.gateway;
