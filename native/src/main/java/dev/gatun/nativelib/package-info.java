/**
 * Loads the native libraries that implement {@code gatun.h} and calls their functions.
 *
 * <p>{@link dev.gatun.nativelib.NativeLibrary#load} finds a library by its name, {@link
 * dev.gatun.nativelib.Abi} has its functions, {@link dev.gatun.nativelib.bindings} the header's
 * constants and struct layouts. Several libraries live side by side in one process.
 */
@NullMarked
package dev.gatun.nativelib;

import org.jspecify.annotations.NullMarked;
