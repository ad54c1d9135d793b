/** Layers. */
@NullMarked
package dev.gatun.nn.layer;

import org.jspecify.annotations.NullMarked;
