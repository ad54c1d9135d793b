/** JMH benchmarks. */
@NullMarked
package dev.gatun.benchmarks;

import org.jspecify.annotations.NullMarked;
