/** Native libraries behind {@code gatun.h}: finding, loading and calling them. */
module dev.gatun.nativelib {
  requires static transitive org.jspecify;

  exports dev.gatun.nativelib;
  exports dev.gatun.nativelib.bindings;
}
