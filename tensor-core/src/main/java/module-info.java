/** Tensors, operations and the CPU backends in pure Java. */
module dev.gatun.tensor {
  requires jdk.incubator.vector;
  requires static jdk.jfr;
  requires org.slf4j;
  requires static transitive org.jspecify;

  exports dev.gatun.tensor;
  exports dev.gatun.tensor.io;
  exports dev.gatun.tensor.op;
  exports dev.gatun.tensor.spi;

  uses dev.gatun.tensor.spi.BackendProvider;
}
