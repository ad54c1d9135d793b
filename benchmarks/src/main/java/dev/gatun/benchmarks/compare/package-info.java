/**
 * What every library does in the same way when libraries are compared: the cases, their units, the
 * stopwatch, and the loop of the process that runs one library.
 */
@NullMarked
package dev.gatun.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
