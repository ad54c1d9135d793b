/** {@code ./gatun train gpt}: a small language model. */
@org.jspecify.annotations.NullMarked
package dev.gatun.examples.gpt;
