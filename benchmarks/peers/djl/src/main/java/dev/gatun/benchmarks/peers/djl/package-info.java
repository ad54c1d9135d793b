/** The benchmark cases on the Deep Java Library. */
@NullMarked
package dev.gatun.benchmarks.peers.djl;

import org.jspecify.annotations.NullMarked;
