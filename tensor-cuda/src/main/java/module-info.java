/** Tensors on NVIDIA's GPUs, and on their emulation. */
module dev.gatun.tensor.cuda {
  requires dev.gatun.nativelib;
  requires transitive dev.gatun.tensor;
  requires static transitive org.jspecify;

  exports dev.gatun.tensor.cuda;

  provides dev.gatun.tensor.spi.BackendProvider with
      dev.gatun.tensor.cuda.CudaProvider,
      dev.gatun.tensor.cuda.EmulatedCudaProvider;
}
