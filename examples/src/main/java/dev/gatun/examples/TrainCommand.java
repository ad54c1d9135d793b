package dev.gatun.examples;

import dev.gatun.examples.gpt.TrainGpt;
import dev.gatun.examples.mnist.TrainMnist;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The training programs. */
@Command(
    name = "train",
    description = "Trains an example network.",
    mixinStandardHelpOptions = true,
    subcommands = {TrainMnist.class, TrainGpt.class})
final class TrainCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "Name what to train: mnist or gpt.");
    }
  }
}
