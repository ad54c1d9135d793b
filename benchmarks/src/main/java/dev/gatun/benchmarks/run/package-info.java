/** The command {@code ./gatun bench}: runs libraries side by side and compares what they reach. */
@NullMarked
package dev.gatun.benchmarks.run;

import org.jspecify.annotations.NullMarked;
