/** What the gateway tells of itself. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway.observe;
