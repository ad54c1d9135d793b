/** The training loop, its listeners and checkpoints. */
@NullMarked
package dev.gatun.nn.train;

import org.jspecify.annotations.NullMarked;
