/** A scripted server that speaks the dialects of five AI providers, for tests. */
module dev.gatun.ai.testkit {
  requires com.squareup.moshi;
  requires static transitive org.jspecify;
  requires kotlin.stdlib; // by Moshi and Okio, which are automatic modules and so cannot say it
  requires okio;

  exports dev.gatun.ai.testkit;
}
