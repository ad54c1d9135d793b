/** The SIMD CPU backend. Nothing outside may link to it: the Vector API module may be absent. */
@NullMarked
package dev.gatun.tensor.cpu.simd;

import org.jspecify.annotations.NullMarked;
