package dev.gatun.examples.ai;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The programs around the client of AI providers. */
@Command(
    name = "ai",
    description = "Asks AI providers through one client, and shows how it decides.",
    mixinStandardHelpOptions = true,
    subcommands = {
      AskCommand.class,
      ExplainCommand.class,
      StatusCommand.class,
      ReplayCommand.class,
      TestkitCommand.class
    })
public final class AiCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  /** Made by the command line. */
  public AiCommand() {}

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(
          spec.commandLine(), "Name what to do: ask, explain, status, replay or testkit.");
    }
  }
}
