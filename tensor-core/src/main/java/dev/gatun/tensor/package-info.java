/** Tensors: eager, strided, scoped, on any device. */
@NullMarked
package dev.gatun.tensor;

import org.jspecify.annotations.NullMarked;
