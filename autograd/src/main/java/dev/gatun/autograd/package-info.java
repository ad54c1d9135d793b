/** Automatic differentiation. */
@NullMarked
package dev.gatun.autograd;

import org.jspecify.annotations.NullMarked;
