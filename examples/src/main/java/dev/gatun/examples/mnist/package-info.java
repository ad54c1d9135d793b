/** Training on handwritten digits, and on any data set in the same format. */
@NullMarked
package dev.gatun.examples.mnist;

import org.jspecify.annotations.NullMarked;
