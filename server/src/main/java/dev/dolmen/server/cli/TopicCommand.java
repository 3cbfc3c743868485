package dev.dolmen.server.cli;

import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.log.KafkaTopics;
import dev.dolmen.trainer.log.KafkaTopics.Found;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.log.TopicProblem;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes and checks the Kafka topics that a configuration names. */
@Command(
    name = "topic",
    mixinStandardHelpOptions = true,
    description = {
      "Makes and checks the topics of a log in Kafka: the log itself, its batches, and what a"
          + " trainer sends to servers.",
      "Names and settings are those of log.kafka in the configuration."
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Examples:",
      "  dolmen topic create --config dolmen.yaml",
      "  dolmen topic check --config dolmen.yaml"
    },
    subcommands = {TopicCommand.Create.class, TopicCommand.Check.class})
final class TopicCommand extends CommandGroup {
  /** What the commands have in common: the configuration, and how they print. */
  abstract static class OnTopics implements Callable<Integer> {
    @Mixin private ConfigFile config = new ConfigFile();

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    @Spec private @Nullable CommandSpec spec;

    abstract List<Found> look(LogOptions options) throws IOException;

    @Override
    public Integer call() {
      DolmenConfig settings = config.load();
      LogOptions options = settings.engine().log();
      if (options.kind() != LogOptions.Kind.KAFKA) {
        throw new CommandFailedException(
            2,
            "log.kind: "
                + options.kind().name().toLowerCase(Locale.ROOT)
                + ", expected kafka: an embedded log has no topics");
      }
      List<Found> topics;
      try {
        topics = look(options);
      } catch (IOException e) {
        throw new CommandFailedException(1, e);
      }
      print(topics);
      List<String> problems =
          topics.stream().flatMap(t -> t.problems().stream()).map(TopicProblem::text).toList();
      if (!problems.isEmpty()) {
        throw new CommandFailedException(1, String.join("\n", problems));
      }
      return 0;
    }

    private void print(List<Found> topics) {
      Terminal out = Terminal.out(spec);
      if (json) {
        out.text(
            new JsonReport().put("topics", topics.stream().map(OnTopics::json).toList()).text());
        return;
      }
      TextTable table = new TextTable("topic", "holds", "is", "settings");
      for (Found topic : topics) {
        table.row(topic.name(), topic.holds(), state(topic), settings(topic));
      }
      out.text(table);
    }

    private static String state(Found topic) {
      if (topic.made()) {
        return "made now";
      }
      return topic.found() ? "there" : "missing";
    }

    private static String settings(Found topic) {
      return topic.settings().entrySet().stream()
          .map(e -> e.getKey() + " " + e.getValue())
          .collect(java.util.stream.Collectors.joining(", "));
    }

    private static JsonReport json(Found topic) {
      JsonReport settings = new JsonReport();
      topic.settings().forEach(settings::put);
      return new JsonReport()
          .put("topic", topic.name())
          .put("holds", topic.holds())
          .put("found", topic.found())
          .put("made", topic.made())
          .put("settings", settings)
          .putAll("problems", topic.problems().stream().map(TopicProblem::text).toList());
    }
  }

  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Makes the topics that are missing, and says of each whether it was made or was there. What"
            + " is there stays as it is; what is wrong with it is said.",
        "Again is as good as once."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:all topics are there and right",
        "1:Kafka does not answer, or a topic that was there has other settings",
        "2:the configuration is not valid, or its log is not in Kafka"
      },
      footer = {"", "Example:", "  dolmen topic create --config dolmen.yaml"})
  static final class Create extends OnTopics {
    @Override
    List<Found> look(LogOptions options) throws IOException {
      return KafkaTopics.create(options);
    }
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description =
          "Says what the topics are like, and what a start would refuse. Changes nothing.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:all topics are there and right",
        "1:Kafka does not answer, or a topic is missing or has other settings",
        "2:the configuration is not valid, or its log is not in Kafka"
      },
      footer = {"", "Example:", "  dolmen topic check --config dolmen.yaml --json"})
  static final class Check extends OnTopics {
    @Override
    List<Found> look(LogOptions options) throws IOException {
      return KafkaTopics.check(options);
    }
  }
}
