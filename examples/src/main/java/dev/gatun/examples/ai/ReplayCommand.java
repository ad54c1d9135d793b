package dev.gatun.examples.ai;

import dev.gatun.examples.ai.replay.Replay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The routing proof. */
@Command(
    name = "replay",
    description = {
      "Routes recorded questions as the client would, and compares quality and cost with always"
          + " asking the best single model.",
      "DATA has train.json, test.json and prices.json, or CSV files of RouteLLM. docs/routing.md has"
          + " the protocol. Ends with 1 when less than 30 % is saved, or quality may fall by more than"
          + " one percentage point."
    },
    mixinStandardHelpOptions = true)
final class ReplayCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DATA", description = "Folder of the data.")
  private Path data = Path.of(".");

  @Option(
      names = "--answer-tokens",
      paramLabel = "N",
      description = "The assumed length of answers; ${DEFAULT-VALUE} by default.")
  private int answerTokens = 200;

  @Option(names = "--json", description = "One JSON object a line on standard output.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    return Replay.run(data, answerTokens, json, System.out) ? 0 : 1;
  }
}
