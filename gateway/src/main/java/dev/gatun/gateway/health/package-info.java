/** Whether the gateway lives, is ready, and what its providers do. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway.health;
