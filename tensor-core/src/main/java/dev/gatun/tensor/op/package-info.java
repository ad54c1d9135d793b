/** Operations as values, their shape rules, and composites with their decompositions. */
@NullMarked
package dev.gatun.tensor.op;

import org.jspecify.annotations.NullMarked;
