/** What a backend implements and sees. */
@NullMarked
package dev.gatun.tensor.spi;

import org.jspecify.annotations.NullMarked;
