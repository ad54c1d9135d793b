/**
 * Load on the gateway, beside a pass-through without features and beside another gateway, with the
 * same scripted provider behind each.
 */
@org.jspecify.annotations.NullMarked
package dev.gatun.benchmarks.gateway;
