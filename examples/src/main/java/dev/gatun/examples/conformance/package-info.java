/** Runs cases recorded from other frameworks and compares what Gatun computes. */
@NullMarked
package dev.gatun.examples.conformance;

import org.jspecify.annotations.NullMarked;
