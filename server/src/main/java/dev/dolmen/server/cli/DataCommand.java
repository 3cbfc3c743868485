package dev.dolmen.server.cli;

import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.data.DatasetImport;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.server.data.RefusedDataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at data files before they are learned. */
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    description = "Looks at data files before they are learned.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {"", "Example:", "  dolmen data check datasets/shop"},
    subcommands = DataCommand.Check.class)
final class DataCommand extends CommandGroup {
  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Reads a dataset in RecBole's atomic-file format as train, replay, eval and tune do, and says"
            + " what they would make of it: columns, kinds, units, what is ignored, what is refused"
            + " and why, and what is probably not meant.",
        "Writes nothing but what options name."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:it can be learned; there may be warnings",
        "1:it cannot be read, or too much of it is refused",
        "2:an option or the configuration is not valid"
      },
      footer = {
        "",
        "Examples:",
        "  dolmen data check datasets/shop",
        "  dolmen data check datasets/shop --json check.json --refused refused.tsv"
      })
  static final class Check implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "Folder of the dataset.")
    private Path data = Path.of("");

    @Mixin private ConfigFile config = new ConfigFile();

    @Option(names = "--limit", paramLabel = "N", description = "Only the first N clicks.")
    private long limit = Long.MAX_VALUE;

    @Mixin private ImportFlags flags = new ImportFlags();

    @Option(
        names = "--json",
        paramLabel = "FILE",
        description = "Also write counts by reason, warnings and columns as JSON.")
    private @Nullable Path json;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
      OptionCheck.require(limit >= 1, "--limit", limit, "1 or more");
      DolmenConfig named = config.loadIfNamed();
      Terminal out = Terminal.out(spec);
      try {
        DatasetImport found =
            DatasetReading.look(
                RecBoleDataset.find(data),
                flags.options(named),
                named == null ? null : named.schema(),
                limit,
                Terminal.errors(spec));
        ImportText.printAll(found.report(), out);
        String refusal = refusal(found);
        if (json != null) {
          ImportText.json(found.report()).put("can_be_learned", refusal.isEmpty()).write(json);
        }
        if (!refusal.isEmpty()) {
          // Places are listed above.
          throw new CommandFailedException(1, refusal.lines().findFirst().orElse(refusal));
        }
        return 0;
      } catch (IOException e) {
        throw new CommandFailedException(1, e);
      }
    }

    private static String refusal(DatasetImport found) {
      try {
        found.require();
        return "";
      } catch (RefusedDataException e) {
        return String.valueOf(e.getMessage());
      }
    }
  }
}
