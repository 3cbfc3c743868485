package dev.dolmen.traffic.replay;

import dev.dolmen.server.cli.DatasetReading;
import dev.dolmen.server.cli.ImportFlags;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.data.DatasetImport;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.server.data.SchemaYaml;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen config schema}. */
@Command(
    name = "schema",
    mixinStandardHelpOptions = true,
    description = {
      "Prints the schema that follows from a dataset's files, as the section of the configuration"
          + " file that it would be: what dolmen replay uses.",
      ""
    },
    footer = {"", "Examples:", "  dolmen config schema --data datasets/globo > schema.yaml"})
public final class SchemaCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Folder of the dataset, in RecBole's atomic-file format.")
  private Path data = Path.of("");

  @Mixin private ImportFlags flags = new ImportFlags();

  private final Terminal out;
  private final Terminal err;

  /** Prints to the process's own streams. */
  public SchemaCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints the schema to {@code out}, progress and errors to {@code err}. */
  public SchemaCommand(Terminal out, Terminal err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() {
    try {
      RecBoleDataset dataset = RecBoleDataset.find(data);
      DatasetImport found =
          DatasetReading.read(dataset, flags.options(null), null, Long.MAX_VALUE, err);
      out.text(SchemaYaml.write(found.schema()));
      return 0;
    } catch (IOException | IllegalArgumentException e) {
      err.clear();
      err.line("dolmen config schema: " + e.getMessage());
      return 1;
    }
  }
}
