/**
 * The devices {@code cuda}, {@code cuda:1}, …: NVIDIA's GPUs through Gatun's own kernel library.
 *
 * <p>With this module on the path, {@code Device.of("cuda")} finds them; nothing else here is
 * called by users. Work is issued without waiting: what only the data shows to be wrong (an index
 * out of range, a singular matrix) is an exception of the call that reads a value. With the system
 * property {@code gatun.cuda.sync=true} it is one of the call that caused it.
 *
 * <p>{@code cuda-emulated} runs the same kernels on the host, slowly, for tests; it always tells
 * errors at once.
 */
@NullMarked
package dev.gatun.tensor.cuda;

import org.jspecify.annotations.NullMarked;
