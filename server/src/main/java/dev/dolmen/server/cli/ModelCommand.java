package dev.dolmen.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.model.ModelCard;
import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.model.layer.ParameterLayout;
import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.server.config.DolmenConfig;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Looks at the model. */
@Command(
    name = "model",
    mixinStandardHelpOptions = true,
    description = "Looks at the model.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    subcommands = {ModelCommand.Describe.class, ModelExportCommand.class})
final class ModelCommand extends CommandGroup {
  @Command(
      name = "describe",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Prints the card of the model that a configuration makes: heads, tensors, bytes, and"
            + " the floating-point operations of one request over a catalogue of some size.",
        "Starts nothing and reads no data."
      },
      footer = {"", "Example:", "  dolmen model describe --config dolmen.yaml --items 1000000"})
  static final class Describe implements Callable<Integer> {
    @Mixin private ConfigFile config = new ConfigFile();

    @Option(
        names = "--items",
        paramLabel = "N",
        defaultValue = "100000",
        description = "Items in the catalogue; by default ${DEFAULT-VALUE}.")
    private long items = 100_000;

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException {
      DolmenConfig settings = config.load();
      ModelCard card = ModelCard.of(settings.model().toModelOptions(settings.schema()));
      ScanPrecision scan = settings.catalog().scan();
      Terminal out = Terminal.out(spec);
      if (json) {
        out.line(
            new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValueAsString(description(card, scan)));
      } else {
        print(card, scan, out);
      }
      return 0;
    }

    private Map<String, Object> description(ModelCard card, ScanPrecision scan) {
      int length = card.options().maxSessionLength();
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("item_columns", card.options().itemColumns());
      all.put("visit_columns", card.options().contextColumns());
      all.put("heads", card.heads());
      all.put("tensors", card.tensors());
      all.put("dense_parameters", card.parameters());
      all.put("dense_bytes_in_training", card.trainingBytes());
      all.put("items", items);
      all.put("index_bytes", card.indexBytes(items, scan));
      all.put("session_events", length);
      all.put("session_operations", card.sessionOperations(length));
      all.put("scan_operations", card.scanOperations(items));
      all.put("item_operations", card.itemOperations());
      return all;
    }

    private void print(ModelCard card, ScanPrecision scan, Terminal out) {
      TextTable columns = new TextTable("feature column", "of", "floats");
      card.options().itemColumns().forEach(c -> columns.row(c.name(), "item", c.dim()));
      card.options().contextColumns().forEach(c -> columns.row(c.name(), "visit", c.dim()));
      out.text(columns);
      out.line("");
      TextTable heads = new TextTable("head", "learned by");
      for (String head : card.heads()) {
        String[] parts = head.split(": ", 2);
        heads.row(parts[0], parts[1]);
      }
      out.text(heads);
      out.line("");
      TextTable tensors = new TextTable("tensor", "shape", "parameters");
      for (ParameterLayout.Tensor t : card.tensors()) {
        tensors.row(t.name(), t.rows() + " x " + t.columns(), t.size());
      }
      out.text(tensors);
      out.line("");
      int length = card.options().maxSessionLength();
      out.text(
          new TextTable("", "")
              .row("dense parameters", card.parameters())
              .row("bytes, with AdamW's moments", Amounts.bytes(card.trainingBytes()))
              .row("index of " + items + " items", Amounts.bytes(card.indexBytes(items, scan)))
              .row(
                  "operations: encode a session of " + length, mega(card.sessionOperations(length)))
              .row("operations: score " + items + " items", mega(card.scanOperations(items)))
              .row("operations: encode one new item", mega(card.itemOperations())));
    }

    private static String mega(long operations) {
      return String.format(Locale.ROOT, "%.3f M", operations / 1e6);
    }
  }
}
