/** Neural-network layers, losses, optimizers, data, training and the model format. */
module dev.gatun.nn {
  requires com.squareup.moshi;
  requires transitive dev.gatun.autograd;
  requires static transitive org.jspecify;
  requires kotlin.stdlib; // by Moshi and Okio, which are automatic modules and so cannot say it
  requires okio;
  requires org.slf4j;

  exports dev.gatun.nn;
  exports dev.gatun.nn.attention;
  exports dev.gatun.nn.data;
  exports dev.gatun.nn.format;
  exports dev.gatun.nn.layer;
  exports dev.gatun.nn.loss;
  exports dev.gatun.nn.optim;
  exports dev.gatun.nn.recurrent;
  exports dev.gatun.nn.text;
  exports dev.gatun.nn.train;
}
