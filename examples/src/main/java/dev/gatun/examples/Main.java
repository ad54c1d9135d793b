package dev.gatun.examples;

import dev.gatun.ai.error.AiException;
import dev.gatun.benchmarks.run.BenchCommand;
import dev.gatun.examples.ai.AiCommand;
import dev.gatun.examples.gateway.KeyCommand;
import dev.gatun.examples.gateway.ServeCommand;
import dev.gatun.tensor.GatunException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The command line behind {@code ./gatun}: one subcommand for each program. */
@Command(
    name = "gatun",
    description = "Deep learning and AI providers on the JVM.",
    mixinStandardHelpOptions = true,
    version = "gatun 0.1.0-SNAPSHOT",
    subcommands = {
      TrainCommand.class,
      AiCommand.class,
      ServeCommand.class,
      KeyCommand.class,
      ConformanceCommand.class,
      BenchCommand.class,
      DoctorCommand.class
    })
public final class Main implements Runnable {
  /** What went wrong was the user's input or files: one sentence says it, nothing half-written. */
  static final int BAD_INPUT = 2;

  @CommandLine.Spec private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

  private Main() {}

  /**
   * Runs a command and ends the process: 0 when all went well, 1 when a check failed or a program
   * broke, 2 when arguments, files or devices are not usable.
   *
   * @param args the words of the command line
   */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs a command and returns its exit status. */
  static int run(String... args) {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((e, command, _) -> explain(e, command))
        .execute(args);
  }

  private static int explain(Exception e, CommandLine command) throws Exception {
    String sentence =
        switch (e) {
          case GatunException g -> g.getMessage();
          case AiException a -> a.name() + ": " + a.getMessage();
          case FileSystemException f -> fileProblem(f);
          case UncheckedIOException u when u.getCause() instanceof FileSystemException f ->
              fileProblem(f);
          case UncheckedIOException u -> u.getMessage();
          case IOException i -> i.toString();
          default -> throw e;
        };
    command.getErr().println("gatun: " + sentence);
    return BAD_INPUT;
  }

  private static String fileProblem(FileSystemException e) {
    return switch (e) {
      case java.nio.file.NoSuchFileException _ -> "there is no file " + e.getFile();
      case java.nio.file.AccessDeniedException _ -> "no permission for " + e.getFile();
      default -> String.valueOf(e.getMessage());
    };
  }

  /** Without a subcommand: how to use it. */
  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "Name a command.");
    }
  }
}
