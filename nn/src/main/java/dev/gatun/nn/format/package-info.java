/** Model files. */
@NullMarked
package dev.gatun.nn.format;

import org.jspecify.annotations.NullMarked;
