package dev.dolmen.server.cli;

import dev.dolmen.model.FeatureColumn;
import dev.dolmen.model.ModelOptions;
import dev.dolmen.model.SessionModel;
import dev.dolmen.model.layer.ParameterLayout;
import dev.dolmen.server.config.DolmenConfig;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Looks at the model. */
@Command(
    name = "model",
    mixinStandardHelpOptions = true,
    description = "Looks at the model.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    subcommands = {ModelCommand.Describe.class, ModelExportCommand.class})
final class ModelCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "Missing command: see dolmen model --help");
    }
  }

  @Command(
      name = "describe",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Prints the shape of the model that a configuration makes: tensors, parameters, bytes, and"
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

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
      DolmenConfig settings = config.load();
      ModelOptions options = settings.model().toModelOptions(settings.schema());
      SessionModel model = new SessionModel(options, settings.model().optimizer(), settings.seed());
      PrintWriter out = Output.of(spec);
      Columns columns = new Columns("feature column", "of", "floats");
      options.itemColumns().forEach(c -> columns.row(c.name(), "item", c.dim()));
      options.contextColumns().forEach(c -> columns.row(c.name(), "visit", c.dim()));
      out.print(columns);
      out.println();
      Columns tensors = new Columns("tensor", "shape", "parameters");
      long parameters = 0;
      for (ParameterLayout.Tensor t : model.publish().tensors()) {
        tensors.row(t.name(), t.rows() + " x " + t.columns(), t.size());
        parameters += t.size();
      }
      out.print(tensors);
      out.println();
      long encode = sessionFlops(options);
      long scan = 2L * options.width() * items;
      out.print(
          new Columns("", "")
              .row("dense parameters", parameters)
              .row("bytes, with AdamW's moments", Columns.bytes(parameters * 3 * Float.BYTES))
              .row("item vectors of " + items + " items", Columns.bytes(vectorBytes(options)))
              .row("operations: encode a session of " + options.maxSessionLength(), mega(encode))
              .row("operations: score " + items + " items", mega(scan))
              .row("operations: encode one new item", mega(itemFlops(options))));
      out.flush();
      return 0;
    }

    private long vectorBytes(ModelOptions options) {
      return items * (options.width() + 1) * Float.BYTES;
    }

    /** Projections, feed-forward and attention; a multiplication and an addition are two. */
    private static long sessionFlops(ModelOptions o) {
      long d = o.width();
      long l = o.maxSessionLength();
      long projections = 4 * d * d;
      long feedForward = 2 * d * o.feedForwardWidth();
      long attention = 2 * l * d;
      return 2 * l * o.layers() * (projections + feedForward + attention);
    }

    private static long itemFlops(ModelOptions o) {
      return 2L * o.width() * o.itemColumns().stream().mapToInt(FeatureColumn::dim).sum();
    }

    private static String mega(long operations) {
      return String.format(Locale.ROOT, "%.3f M", operations / 1e6);
    }
  }
}
