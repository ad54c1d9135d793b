/** The cases of the comparison on Gatun. */
@NullMarked
package dev.gatun.benchmarks.gatun;

import org.jspecify.annotations.NullMarked;
