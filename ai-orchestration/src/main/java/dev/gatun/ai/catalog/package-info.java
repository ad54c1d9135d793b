/** What is known of models: capabilities, sizes, quality by task, dated prices. Data, not code. */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai.catalog;
