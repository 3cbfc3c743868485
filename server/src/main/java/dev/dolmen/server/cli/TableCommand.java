package dev.dolmen.server.cli;

import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.v1.SlotStatus;
import dev.dolmen.v1.StatusResponse;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Looks into the embedding table. */
@Command(
    name = "table",
    mixinStandardHelpOptions = true,
    description = "Looks into the embedding table.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    subcommands = {
      TableCommand.Stats.class,
      TableGetCommand.class,
      TableTopCommand.class,
      TableExportCommand.class
    })
final class TableCommand extends CommandGroup {
  @Command(
      name = "stats",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Prints rows and memory of each slot of a running server, and since its start the values"
            + " that got a row, the look-ups of values too rare for one, the rows that expired and"
            + " those that made room, and the share of serving's look-ups that found a row.",
        "Memory is what rows, index, marks of changed rows and filter take together; it never"
            + " passes the budget, where the slot has one (max_bytes)."
      },
      footer = {"", "Example:", "  dolmen table stats --server localhost:7070"})
  static final class Stats implements Callable<Integer> {
    @Mixin private ServerAddress server = new ServerAddress();
    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
      StatusResponse status = server.status();
      TextTable table =
          new TextTable(
              "slot",
              "rows",
              "bytes a row",
              "memory",
              "budget",
              "of it rows",
              "index",
              "marks",
              "filter",
              "admitted",
              "filtered",
              "expired",
              "evicted",
              "hits");
      for (SlotStatus slot : status.getSlotsList()) {
        table.row(
            slot.getSlot(),
            slot.getRows(),
            slot.getRowBytes(),
            Amounts.bytes(slot.getMemoryBytes()),
            slot.getMaxBytes() == 0 ? "none" : Amounts.bytes(slot.getMaxBytes()),
            Amounts.bytes(slot.getRowsMemoryBytes()),
            Amounts.bytes(slot.getIndexMemoryBytes()),
            Amounts.bytes(slot.getTouchedMemoryBytes()),
            Amounts.bytes(slot.getFilterMemoryBytes()),
            slot.getAdmitted(),
            slot.getFiltered(),
            slot.getExpired(),
            slot.getEvicted(),
            share(slot));
      }
      Terminal.out(spec).text(table);
      return 0;
    }

    private static String share(SlotStatus slot) {
      return slot.getLookups() == 0
          ? "-"
          : String.format(Locale.ROOT, "%.1f%%", 100.0 * slot.getHits() / slot.getLookups());
    }
  }
}
