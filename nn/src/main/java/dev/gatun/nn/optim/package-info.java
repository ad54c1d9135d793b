/** Optimizers and learning-rate schedules. */
@NullMarked
package dev.gatun.nn.optim;

import org.jspecify.annotations.NullMarked;
