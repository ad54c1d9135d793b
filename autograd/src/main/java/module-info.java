/** Automatic differentiation over tensors. */
module dev.gatun.autograd {
  requires transitive dev.gatun.tensor;
  requires static transitive org.jspecify;

  exports dev.gatun.autograd;
}
