/** The benchmark cases on ND4J. */
@NullMarked
package dev.gatun.benchmarks.peers.nd4j;

import org.jspecify.annotations.NullMarked;
