/** Losses. */
@NullMarked
package dev.gatun.nn.loss;

import org.jspecify.annotations.NullMarked;
