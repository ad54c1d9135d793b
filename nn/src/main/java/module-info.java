/** Neural-network layers, losses, optimizers and the model format. */
module dev.gatun.nn {
  requires com.squareup.moshi;
  requires transitive dev.gatun.autograd;
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports dev.gatun.nn;
}
