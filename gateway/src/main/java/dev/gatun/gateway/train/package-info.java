/** Training networks on tables, keeping them, and predicting with them. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway.train;
