/** Judging networks, training histories and files of weights: statically first, then by a model. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway.analyze;
