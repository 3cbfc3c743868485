package dev.dolmen.server.cli;

import dev.dolmen.server.Version;
import dev.dolmen.server.cli.terminal.StandardError;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.ConnectException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParseResult;

/** The root of the command line, and the program's main class. */
@Command(
    name = "dolmen",
    versionProvider = DolmenCommand.VersionOfBuild.class,
    mixinStandardHelpOptions = true,
    description = "A recommendation server that learns while it serves.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ServeCommand.class,
      TrainCommand.class,
      StatusCommand.class,
      ConsoleCommand.class,
      ConfigCommand.class,
      KeyCommand.class,
      DataCommand.class,
      SnapshotCommand.class,
      UpgradeCommand.class,
      LogCommand.class,
      TopicCommand.class,
      TableCommand.class,
      ModelCommand.class,
      StateHashCommand.class,
      TrainingRunCommand.class,
      CommandLine.HelpCommand.class,
      AutoComplete.GenerateCompletion.class
    },
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed; the message says why",
      "2:the command line or the configuration is not valid",
      "130:interrupted"
    },
    footer = {
      "",
      "Examples:",
      "  dolmen config sample > dolmen.yaml      every setting with its default",
      "  dolmen serve --config dolmen.yaml       start the server",
      "  dolmen status                           what it has learned so far",
      "  source <(dolmen generate-completion)    complete commands with the Tab key",
    })
public final class DolmenCommand extends CommandGroup {
  private static final Logger LIBRARIES = Logger.getLogger("io.grpc");

  /** Runs the program. */
  public static void main(String[] args) {
    StandardError.open();
    // gRPC and Netty log there what bad input and lost connections cause: no news for an operator.
    LIBRARIES.setLevel(Level.SEVERE);
    System.exit(commandLine().execute(args));
  }

  /** The whole command line: the operator's commands, and those of other modules, built or not. */
  public static CommandLine commandLine() {
    CommandLine root = new CommandLine(new DolmenCommand());
    CommandLine config = root.getSubcommands().get("config");
    Map<String, Object> later = new LinkedHashMap<>(LaterCommands.read());
    for (SubcommandProvider provider : ServiceLoader.load(SubcommandProvider.class)) {
      for (Object command : provider.subcommands()) {
        CommandLine built = new CommandLine(command);
        if (later.replace(built.getCommandName(), built) == null) {
          root.addSubcommand(built);
        }
      }
      if (config != null) {
        provider.configSubcommands().forEach(config::addSubcommand);
      }
    }
    later.forEach(root::addSubcommand);
    root.getSubcommands().values().forEach(DolmenCommand::sayVersion);
    root.setCaseInsensitiveEnumValuesAllowed(true);
    root.setUsageHelpAutoWidth(true);
    root.setExecutionExceptionHandler(DolmenCommand::explain);
    CommandLine completion = root.getSubcommands().get("generate-completion");
    if (completion != null) {
      completion
          .getCommandSpec()
          .usageMessage()
          .footer("", "Example, for this shell:", "  source <(dolmen generate-completion)");
    }
    return root;
  }

  /** picocli hands the option for the version on to commands below, but not what it says. */
  private static void sayVersion(CommandLine command) {
    command.getCommandSpec().versionProvider(new VersionOfBuild());
    command.getSubcommands().values().forEach(DolmenCommand::sayVersion);
  }

  /**
   * The same, with a {@code serve} of which the clock is another than the machine's: for drills.
   *
   * @param clock of the process that is started
   */
  public static CommandLine serving(InstantSource clock) {
    CommandLine root = commandLine();
    root.getCommandSpec().removeSubcommand("serve");
    CommandLine serve = new CommandLine(new ServeCommand(clock));
    sayVersion(serve);
    root.addSubcommand(serve);
    root.setExecutionExceptionHandler(DolmenCommand::explain);
    return root;
  }

  /** Failures that a person can do something about are a line, everything else a stack trace. */
  private static int explain(Exception e, CommandLine command, @Nullable ParseResult result)
      throws Exception {
    if (e instanceof CommandFailedException failed) {
      error(command, String.valueOf(failed.getMessage()));
      return failed.getExitCode();
    }
    if (e instanceof StatusRuntimeException status) {
      String description = status.getStatus().getDescription();
      error(
          command,
          "the server answered "
              + status.getStatus().getCode()
              + (description == null ? "" : ": " + description)
              + hint(status.getStatus()));
      return 1;
    }
    throw e;
  }

  /** A server that speaks TLS closes a plain-text connection without a word, and the reverse. */
  private static String hint(Status status) {
    String description = String.valueOf(status.getDescription());
    boolean closed =
        status.getCode() == Status.Code.UNAVAILABLE
            && (description.contains("Network closed") || description.contains("io exception"));
    return closed && !(status.getCause() instanceof ConnectException)
        ? "\nIf the server uses TLS, say --tls or --ca FILE; if it does not, leave them out."
        : "";
  }

  private static void error(CommandLine command, String message) {
    for (String line : message.split("\n", -1)) {
      command.getErr().println(command.getColorScheme().errorText("dolmen: " + line));
    }
  }

  /** Says which program this is, and which Java it runs on. */
  static final class VersionOfBuild implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {
        "dolmen " + Version.text(),
        "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")"
      };
    }
  }
}
