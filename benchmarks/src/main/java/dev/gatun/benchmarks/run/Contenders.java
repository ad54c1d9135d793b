package dev.gatun.benchmarks.run;

import dev.gatun.benchmarks.gatun.GatunLibrary;
import dev.gatun.tensor.GatunException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The libraries that can take part. */
final class Contenders {
  /** Property: the folder of the module that holds the peers, set by the launcher. */
  static final String PEERS_FOLDER = "gatun.bench.peers";

  /** Property: the Python program that runs PyTorch's part, set by the launcher. */
  static final String PYTORCH = "gatun.bench.pytorch";

  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  /** JavaCPP keeps no account of native memory and starts no garbage collection of its own. */
  private static final List<String> JAVACPP =
      List.of(
          "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
          "-Dorg.bytedeco.javacpp.maxBytes=0",
          "-Dorg.bytedeco.javacpp.nopointergc=true");

  private static final List<String> LIBTORCH_BENCHES =
      List.of("gemm", "mem", "cache", "reduce", "eager", "conv", "attention", "train", "rss");

  private Contenders() {}

  /** Gatun in a process with the options of this one, those that its users get. */
  static Contender gatun(List<String> benches, String device) {
    return new Contender("gatun", benches, threads -> gatunCommand(threads, device), Map.of());
  }

  private static List<String> gatunCommand(int threads, String device) {
    List<String> command = new ArrayList<>(List.of(JAVA));
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (option.startsWith("-X")
          || option.startsWith("--enable-native-access")
          || option.startsWith("-Dgatun.native")) {
        command.add(option);
      }
    }
    command.add("--enable-native-access=dev.gatun.benchmarks");
    command.add("-Dgatun.threads=" + threads);
    command.add("-Dgatun.device=" + device);
    String modules = System.getProperty("jdk.module.path");
    String main = System.getProperty("jdk.module.main");
    if (modules != null && main != null) {
      command.addAll(List.of("-p", modules, "--add-modules", main));
      command.addAll(List.of("-m", "dev.gatun.benchmarks/" + GatunLibrary.class.getName()));
    } else {
      command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.add(GatunLibrary.class.getName());
    }
    return command;
  }

  /** PyTorch in Python, on the same device. */
  static Contender pytorch(String device) {
    String program = System.getProperty(PYTORCH);
    if (program == null || !Files.isRegularFile(Path.of(program))) {
      throw new GatunException(
          "The property " + PYTORCH + " names no file; \"./gatun bench\" sets it.");
    }
    List<String> benches = new ArrayList<>(LIBTORCH_BENCHES);
    benches.add("gemm16");
    String python = System.getenv().getOrDefault("PYTHON", "python3");
    return new Contender(
        "pytorch",
        benches,
        threads ->
            List.of(python, program, "--worker", "--device", device, "--threads", "" + threads),
        Map.of());
  }

  /** All peers that run on the CPU. */
  static List<Contender> peers() {
    return List.of(
        bytedeco("libtorch-mkl", LIBTORCH_BENCHES, "libtorch", true),
        bytedeco("libtorch-openblas", LIBTORCH_BENCHES, "libtorch", false),
        bytedeco("openblas", List.of("gemm"), "blas", false),
        bytedeco("mkl", List.of("gemm"), "blas", true),
        new Contender(
            "nd4j",
            List.of("gemm", "mem", "cache", "reduce", "eager"),
            threads -> peerCommand("nd4j", JAVACPP, "Nd4jLibrary", "nd4j", threads),
            Map.of()),
        new Contender(
            "djl",
            List.of("eager", "train"),
            threads -> peerCommand("djl", List.of(), "DjlLibrary", "djl", threads),
            Map.of()));
  }

  private static Contender bytedeco(
      String name, List<String> benches, String library, boolean mkl) {
    List<String> options = new ArrayList<>(JAVACPP);
    if (mkl) {
      options.add("-Dorg.bytedeco.openblas.load=mkl");
    }
    return new Contender(
        name,
        benches,
        threads -> peerCommand("bytedeco", options, "Bytedeco", library, threads),
        mkl ? Map.of("MKL_THREADING_LAYER", "GNU") : Map.of());
  }

  private static List<String> peerCommand(
      String module, List<String> options, String main, String library, int threads) {
    String folder = System.getProperty(PEERS_FOLDER);
    if (folder == null || !Files.isDirectory(Path.of(folder, module))) {
      throw new GatunException(
          "The peers are not built; \"./gatun bench --peers\" builds them (property "
              + PEERS_FOLDER
              + " names their folder).");
    }
    Path app = Path.of(folder, module, "target", "quick", "app");
    List<String> command = new ArrayList<>(List.of(JAVA, "-XX:+UseSerialGC"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.addAll(List.of("-cp", app.resolve("*").toString()));
    command.add("dev.gatun.benchmarks.peers." + module + '.' + main);
    command.add(library);
    command.add(Integer.toString(threads));
    return command;
  }
}
