/** The CPU backends: the scalar reference and the SIMD one. */
@NullMarked
package dev.gatun.tensor.cpu;

import org.jspecify.annotations.NullMarked;
