package dev.dolmen.server.cli;

import dev.dolmen.model.SessionModel;
import dev.dolmen.model.onnx.SessionEncoderGraph;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.snapshot.SnapshotFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes the session encoder of a snapshot as an ONNX file. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes the session encoder of a snapshot as an ONNX file. Reads a snapshot, so a server need"
          + " not run; the model's shape is the configuration's.",
      "Inputs: items, float [B, L, D], item vectors; types and gaps, int64 [B, L]; with context"
          + " columns also contexts, float [B, L, C], and has_context, float [B, L, 1]. Output:"
          + " sessions, float [B, D]. Sessions of one call have one length. The item vectors and"
          + " the other terms of a score are not in it."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:written",
      "1:there is no snapshot, its model has another shape, or the file cannot be written or exists"
    },
    footer = {"", "Example:", "  dolmen model export --onnx encoder.onnx --config dolmen.yaml"})
final class ModelExportCommand implements Callable<Integer> {
  @Option(
      names = "--onnx",
      paramLabel = "FILE",
      required = true,
      description = "The file; one that exists is left alone.")
  private Path to = Path.of("");

  @Option(
      names = "--snapshot",
      paramLabel = "ID",
      description = "The snapshot; by default the newest that is whole.")
  private @Nullable String id;

  @Mixin private DataDirectory data = new DataDirectory();
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (Files.exists(to)) {
      throw new CommandFailedException(1, to + " exists: nothing is overwritten");
    }
    SnapshotFile snapshot = data.snapshot(id, Terminal.errors(spec));
    DolmenConfig settings = data.configuration();
    SessionModel model =
        new SessionModel(
            settings.model().toModelOptions(settings.schema()),
            settings.model().optimizer(),
            settings.seed());
    try {
      snapshot.readModel(model, settings.model().terms());
    } catch (IOException e) {
      throw new CommandFailedException(1, e);
    }
    byte[] graph = SessionEncoderGraph.of(model.publish());
    // Under a temporary name first, so that a file of the given name is whole.
    Path part = to.resolveSibling(to.getFileName() + ".part");
    try {
      Files.write(part, graph);
      Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
    Terminal.out(spec)
        .line(
            String.format(
                Locale.ROOT,
                "%s: session encoder of snapshot %s, batch %,d, %,d bytes",
                to,
                snapshot.files().manifest().id(),
                snapshot.batches(),
                graph.length));
    return 0;
  }
}
