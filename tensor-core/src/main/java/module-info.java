/** Tensors and the operations on them. */
module dev.gatun.tensor {
  requires jdk.incubator.vector;
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports dev.gatun.tensor;
}
