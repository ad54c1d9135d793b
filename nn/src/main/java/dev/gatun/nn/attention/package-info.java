/** Attention and transformer layers. */
@NullMarked
package dev.gatun.nn.attention;

import org.jspecify.annotations.NullMarked;
