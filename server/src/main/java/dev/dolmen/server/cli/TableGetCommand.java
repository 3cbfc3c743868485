package dev.dolmen.server.cli;

import dev.dolmen.parameterstore.store.RowCursor;
import dev.dolmen.parameterstore.store.TableSnapshot;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints rows of a snapshot. */
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Prints the row of a value: when training saw it last, how often, its weights and the"
          + " optimiser's state. Reads a snapshot, so a server need not run.",
      "A path is written with slashes, home/kitchen; of a text each word has a row of its own; a"
          + " number stands between knots, which --fid names."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:printed",
      "1:there is no snapshot, or the value has no row of its own",
      "2:there is no such slot"
    },
    footer = {
      "",
      "Examples:",
      "  dolmen table get brand Steamwell --data /var/lib/dolmen",
      "  dolmen table get item_id --fid 4711 --data /var/lib/dolmen \\",
      "      --snapshot 0000000000000042-1a2b"
    })
final class TableGetCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "SLOT", description = "The slot.")
  private String slot = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "VALUE", description = "The value.")
  private @Nullable String value;

  @Option(names = "--fid", paramLabel = "N", description = "The row's 64-bit id, for a value.")
  private @Nullable Long fid;

  @Mixin private TableSource source = new TableSource();
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if ((value == null) == (fid == null)) {
      throw new CommandFailedException(2, "name one row: by its VALUE or with --fid N");
    }
    TableSource.OpenSlot open = source.open(slot, Terminal.errors(spec));
    Set<Long> wanted = new HashSet<>();
    if (fid != null) {
      wanted.add(fid);
    } else if (value != null) {
      for (long word : open.fids(value)) {
        wanted.add(word);
      }
    }
    int found = print(open, wanted);
    if (found == 0) {
      throw new CommandFailedException(
          1,
          (value == null ? "fid " + fid : "\"" + value + "\"")
              + " has no row of its own in slot "
              + slot
              + ": never seen, seen too rarely, expired or evicted");
    }
    return 0;
  }

  private int print(TableSource.OpenSlot open, Set<Long> wanted) throws IOException {
    Terminal out = Terminal.out(spec);
    Map<Long, String> values = open.values(wanted::contains);
    int found = 0;
    try (RowCursor rows = open.table().rows(open.slot())) {
      while (found < wanted.size() && rows.next()) {
        if (wanted.contains(rows.fid())) {
          found++;
          print(open.shape(), rows, values.get(rows.fid()), out);
        }
      }
    }
    return found;
  }

  private static void print(
      TableSnapshot.SlotShape shape, RowCursor row, @Nullable String value, Terminal out) {
    TextTable columns =
        new TextTable("", "").row("slot", shape.name()).row("fid", Long.toString(row.fid()));
    if (value != null) {
      columns.row("value", value);
    }
    out.text(
        columns
            .row("row number", row.number())
            .row("occurrences", row.occurrences())
            .row("last seen", Instant.ofEpochSecond(row.lastSeenSec()).toString())
            .row("dimension", shape.dim())
            .row("optimizer", shape.optimizer())
            .row("norm", row.norm()));
    out.line("weights " + text(row.weights()));
    out.line("state   " + text(row.state()));
    out.line("");
  }

  private static String text(float[] floats) {
    StringBuilder text = new StringBuilder();
    for (float x : floats) {
      text.append(text.isEmpty() ? "" : " ").append(String.format(Locale.ROOT, "%.6g", x));
    }
    return text.toString();
  }
}
