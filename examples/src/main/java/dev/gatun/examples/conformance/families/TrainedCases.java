package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Attributes;
import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.nn.data.Idx;
import dev.gatun.nn.format.SafeTensors;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.io.Npy;
import dev.gatun.tensor.io.Npz;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * Trained networks: the scores of some pictures, by weights from each of the files; and, where the
 * digits that come with this program are those of the training, the answers for all test pictures.
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
      Tensor first = logits(c, net, Npz.read(path(c, files, "npz")));
      Tensor second = logits(c, net, SafeTensors.load(path(c, files, "safetensors")));
      if (!first.equal(second)) {
        throw new IllegalStateException("The npz and the safetensors file give different logits");
      }
      if (meta.text("dataset").equals("mnist") && !c.device().equals(Device.SCALAR)) {
        checkTestSet(c, net, meta, Npy.read(path(c, files, "all_test_predictions")));
      }
      return second;
    }
  }

  private static Path path(Context c, Attributes files, String kind) {
    return c.folder().resolve(files.text(kind));
  }

  private static Tensor logits(Context c, PythonNet net, Map<String, Tensor> weights) {
    net.loadStateDict(weights);
    return net.forward(c.in("image"));
  }

  /** The scalar reference is too slow for this. */
  private static void checkTestSet(
      Context c, PythonNet net, Attributes meta, Tensor expectedAnswers) throws IOException {
    Tensor images = digits("images-idx3-ubyte.gz");
    long[] labels = digits("labels-idx1-ubyte.gz").toLongArray();
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

  private static Tensor digits(String name) throws IOException {
    try (InputStream in = TrainedCases.class.getResourceAsStream(DIGITS + name)) {
      if (in == null) {
        throw new IOException("The program lacks the digits " + DIGITS + name);
      }
      return Idx.read(in, name);
    }
  }
}
