package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Attributes;
import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.nn.data.Idx;
import dev.gatun.nn.format.SafeTensors;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.io.Npy;
import dev.gatun.tensor.io.Npz;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Trained networks: the scores of some pictures, by weights that two of the files hold alike; and,
 * where the digits that come with this program are those of the training, the answers for all test
 * pictures.
 */
final class TrainedCases {
  private static final String DIGITS = "/dev/gatun/examples/mnist/t10k-";
  private static final int BATCH = 500;

  /** How many of the test pictures may be judged differently, by rounding. */
  private static final int CLOSE = 3;

  private TrainedCases() {}

  static void addTo(Operations t) {
    t.op("trained_network", TrainedCases::compute);
  }

  private static Tensor compute(Context c) throws IOException {
    Attributes meta = c.source().json().object("meta");
    Attributes files = c.source().json().object("files");
    try (PythonNet net = new PythonNet(meta.text("net"))) {
      net.to(c.device());
      net.to(c.dtype());
      net.eval();
      Map<String, Tensor> weights = Npz.read(path(c, files, "npz"));
      same(weights, SafeTensors.load(path(c, files, "safetensors")));
      net.loadStateDict(weights);
      boolean knownDigits = meta.text("dataset").equals("mnist");
      if (knownDigits && c.dtype() == DType.FLOAT32 && !c.device().equals(Device.SCALAR)) {
        checkTestSet(c, net, meta, Npy.read(path(c, files, "all_test_predictions")));
      }
      return net.forward(c.in("image"));
    }
  }

  private static Path path(Context c, Attributes files, String kind) {
    return c.folder().resolve(files.text(kind));
  }

  private static void same(Map<String, Tensor> npz, Map<String, Tensor> safeTensors) {
    if (!npz.keySet().equals(safeTensors.keySet())) {
      throw new IllegalStateException(
          "The npz file has the tensors "
              + npz.keySet()
              + ", the safetensors file "
              + safeTensors.keySet());
    }
    npz.forEach((name, tensor) -> {
      Tensor other = safeTensors.get(name);
      if (other == null || !tensor.equal(other)) {
        throw new IllegalStateException("The npz and the safetensors file differ in " + name);
      }
    });
  }

  /** In float32 and not by the scalar reference, which would take too long. */
  private static void checkTestSet(
      Context c, PythonNet net, Attributes meta, Tensor expectedAnswers) throws IOException {
    Tensor images = digits("images-idx3-ubyte.gz");
    Tensor classes = digits("labels-idx1-ubyte.gz");
    if (images == null || classes == null) {
      return;
    }
    long[] labels = classes.toLongArray();
    long[] expected = expectedAnswers.toLongArray();
    int right = 0;
    int different = 0;
    for (int from = 0; from < labels.length; from += BATCH) {
      try (Scope _ = Scope.open()) {
        Tensor part = images.narrow(0, from, Math.min(BATCH, labels.length - from));
        Tensor pixels = part.to(c.device()).to(c.dtype()).div(255).unsqueeze(1);
        long[] answers = net.forward(pixels).argmax(1).toLongArray();
        for (int i = 0; i < answers.length; i++) {
          right += answers[i] == labels[from + i] ? 1 : 0;
          different += answers[i] == expected[from + i] ? 0 : 1;
        }
      }
    }
    if (Math.abs(right - meta.integer("test_correct")) > CLOSE || different > CLOSE) {
      throw new IllegalStateException(
          right
              + " of the test pictures are right and "
              + different
              + " judged differently; expected "
              + meta.integer("test_correct")
              + " and 0");
    }
  }

  /** An array of the digits that come with this program; null when they are not there. */
  private static @Nullable Tensor digits(String name) throws IOException {
    try (InputStream in = TrainedCases.class.getResourceAsStream(DIGITS + name)) {
      return in == null ? null : Idx.read(in, name);
    }
  }
}
