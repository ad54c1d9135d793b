/**
 * Automatic differentiation: a {@link dev.gatun.autograd.Tape} records the operations on tensors
 * that require gradients and gives gradients, also gradients of gradients.
 */
@org.jspecify.annotations.NullMarked
package dev.gatun.autograd;
