/** Tensors in files: NumPy's npy and npz. */
@NullMarked
package dev.gatun.tensor.io;

import org.jspecify.annotations.NullMarked;
