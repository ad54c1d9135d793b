/** Data sets and loaders. */
@NullMarked
package dev.gatun.nn.data;

import org.jspecify.annotations.NullMarked;
