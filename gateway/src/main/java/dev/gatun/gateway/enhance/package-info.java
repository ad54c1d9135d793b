/** One task, several providers, one answer. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway.enhance;
