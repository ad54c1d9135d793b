/** The benchmark cases on libtorch, OpenBLAS and MKL. */
@NullMarked
package dev.gatun.benchmarks.peers.bytedeco;

import org.jspecify.annotations.NullMarked;
