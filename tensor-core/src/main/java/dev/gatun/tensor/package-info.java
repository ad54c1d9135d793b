/** Tensors. */
@NullMarked
package dev.gatun.tensor;

import org.jspecify.annotations.NullMarked;
