/** The traits that layers and models are composed of, and initialisers. */
@NullMarked
package dev.gatun.nn;

import org.jspecify.annotations.NullMarked;
