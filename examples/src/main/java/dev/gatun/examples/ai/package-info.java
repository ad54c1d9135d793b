/** Programs around the client of AI providers. */
@org.jspecify.annotations.NullMarked
package dev.gatun.examples.ai;
