/**
 * The conformance suite: what is known of every op ({@link dev.gatun.tensor.conformance.OpSpec}),
 * and the tests that every backend must pass ({@link
 * dev.gatun.tensor.conformance.BackendConformance}).
 */
@NullMarked
package dev.gatun.tensor.conformance;

import org.jspecify.annotations.NullMarked;
