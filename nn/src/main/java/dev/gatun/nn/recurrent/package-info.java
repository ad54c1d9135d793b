/** Recurrent layers and cells. */
@NullMarked
package dev.gatun.nn.recurrent;

import org.jspecify.annotations.NullMarked;
