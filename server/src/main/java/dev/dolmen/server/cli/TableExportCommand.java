package dev.dolmen.server.cli;

import dev.dolmen.parameterstore.store.RowCursor;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the rows of a snapshot to a file. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes all rows of a slot to a file: fid, value where it is known, occurrences, second of"
          + " last sight, weights. Reads a snapshot, so a server need not run.",
      "The name says the format: .csv and .jsonl, also with .gz behind it; .npy is NumPy's array of"
          + " the weights, float32 [rows, dimension], with the fids, int64, in a second file."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:written",
      "1:there is no snapshot, or the file cannot be written or exists",
      "2:there is no such slot or format"
    },
    footer = {
      "",
      "Examples:",
      "  dolmen table export item_id --to items.csv.gz --data /var/lib/dolmen",
      "  dolmen table export item_id --to items.npy --data /var/lib/dolmen",
      "  python3 -c \"import numpy; print(numpy.load('items.npy').shape)\""
    })
final class TableExportCommand implements Callable<Integer> {
  private static final int BUFFER_BYTES = 1 << 16;

  @Parameters(paramLabel = "SLOT", description = "The slot.")
  private String slot = "";

  @Option(
      names = "--to",
      paramLabel = "FILE",
      required = true,
      description = "The file; one that exists is left alone.")
  private Path to = Path.of("");

  @Mixin private TableSource source = new TableSource();
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    String name = String.valueOf(to.getFileName());
    RowExport.Format format = RowExport.format(name);
    if (format == null) {
      throw new CommandFailedException(
          2, "--to: " + to + ": expected a name that ends with .csv, .jsonl, .npy or with .gz too");
    }
    Path fids = to.resolveSibling(name.replaceFirst("\\.npy$", ".fids.npy"));
    refuseToOverwrite(to);
    refuseToOverwrite(fids);
    TableSource.OpenSlot open = source.open(slot, Terminal.errors(spec));
    int rows = export(open, format, fids);
    Terminal.out(spec)
        .line(
            String.format(
                Locale.ROOT,
                "%s: %,d rows of %d floats%s",
                to,
                rows,
                open.shape().dim(),
                format == RowExport.Format.NPY ? ", fids in " + fids : ""));
    return 0;
  }

  private static void refuseToOverwrite(Path file) {
    if (Files.exists(file)) {
      throw new CommandFailedException(1, file + " exists: nothing is overwritten");
    }
  }

  /** Under a temporary name first, so that a file of the given name is whole. */
  private int export(TableSource.OpenSlot open, RowExport.Format format, Path fids)
      throws IOException {
    boolean npy = format == RowExport.Format.NPY;
    Path part = to.resolveSibling(to.getFileName() + ".part");
    Path fidsPart = fids.resolveSibling(fids.getFileName() + ".part");
    try (RowCursor rows = open.table().rows(open.slot())) {
      Map<Long, String> values = npy ? Map.of() : open.values(fid -> true);
      ProgressBar progress =
          new ProgressBar(Terminal.errors(spec), "Exporting", rows.rows(), System::nanoTime);
      try (OutputStream out = stream(part);
          OutputStream fidsOut = npy ? stream(fidsPart) : OutputStream.nullOutputStream()) {
        RowExport export = new RowExport(format, out, fidsOut, values);
        export.start(rows.rows(), open.shape().dim());
        while (rows.next()) {
          export.row(rows);
          progress.add(1);
        }
      }
      progress.done();
      if (npy) {
        Files.move(fidsPart, fids, StandardCopyOption.ATOMIC_MOVE);
      }
      Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
      return rows.rows();
    } finally {
      Files.deleteIfExists(part);
      Files.deleteIfExists(fidsPart);
    }
  }

  private OutputStream stream(Path file) throws IOException {
    OutputStream out = Files.newOutputStream(file);
    boolean gzip = to.toString().endsWith(".gz");
    return new BufferedOutputStream(
        gzip ? new GZIPOutputStream(out, BUFFER_BYTES) : out, BUFFER_BYTES);
  }
}
