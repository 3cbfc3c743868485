package dev.dolmen.server.cli;

import dev.dolmen.parameterstore.store.RowCursor;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Prints the rows of a snapshot that come first by some measure. */
@Command(
    name = "top",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Prints the rows of a slot that were seen most often or last, or whose weights are largest."
          + " Reads a snapshot, so a server need not run.",
      "Of item ids the value is known from the catalogue; of other slots a row has only its fid."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:printed", "1:there is no snapshot", "2:there is no such slot"},
    footer = {
      "",
      "Examples:",
      "  dolmen table top item_id --data /var/lib/dolmen",
      "  dolmen table top brand --by norm -n 5 --data /var/lib/dolmen"
    })
final class TableTopCommand implements Callable<Integer> {
  /** What rows are ordered by. */
  enum By {
    occurrences,
    norm,
    last_seen
  }

  private static final int MAX_ROWS = 100_000;

  private record Entry(double key, long fid, int occurrences, long lastSeenSec, double norm) {}

  @Parameters(paramLabel = "SLOT", description = "The slot.")
  private String slot = "";

  @Option(
      names = "--by",
      paramLabel = "MEASURE",
      defaultValue = "occurrences",
      converter = ByConverter.class,
      description = "occurrences, norm or last-seen; by default ${DEFAULT-VALUE}.")
  private By by = By.occurrences;

  @Option(
      names = "-n",
      paramLabel = "N",
      defaultValue = "20",
      description = "How many, 1 to 100,000; by default ${DEFAULT-VALUE}.")
  private int n = 20;

  @Mixin private TableSource source = new TableSource();
  @Spec private @Nullable CommandSpec spec;

  /** Takes last-seen as well as last_seen. */
  static final class ByConverter implements ITypeConverter<By> {
    @Override
    public By convert(String text) {
      for (By by : By.values()) {
        if (by.name().equals(text.replace('-', '_'))) {
          return by;
        }
      }
      throw new TypeConversionException(
          "\"" + text + "\": expected occurrences, norm or last-seen");
    }
  }

  @Override
  public Integer call() throws IOException {
    if (n < 1 || n > MAX_ROWS) {
      throw new CommandFailedException(2, "-n: " + n + " is not between 1 and " + MAX_ROWS);
    }
    TableSource.OpenSlot open = source.open(slot, Terminal.errors(spec));
    List<Entry> top = top(open);
    Set<Long> fids = new HashSet<>();
    top.forEach(entry -> fids.add(entry.fid));
    Map<Long, String> values = open.values(fids::contains);
    TextTable table = new TextTable("fid", "value", "occurrences", "norm", "last seen");
    for (Entry e : top) {
      table.row(
          Long.toString(e.fid),
          values.getOrDefault(e.fid, ""),
          e.occurrences,
          e.norm,
          Instant.ofEpochSecond(e.lastSeenSec).toString());
    }
    Terminal.out(spec).text(table);
    return 0;
  }

  private List<Entry> top(TableSource.OpenSlot open) throws IOException {
    Comparator<Entry> order =
        Comparator.comparingDouble(Entry::key).thenComparing(Entry::fid, Comparator.reverseOrder());
    PriorityQueue<Entry> best = new PriorityQueue<>(order);
    try (RowCursor rows = open.table().rows(open.slot())) {
      ProgressBar progress =
          new ProgressBar(Terminal.errors(spec), "Reading rows", rows.rows(), System::nanoTime);
      while (rows.next()) {
        best.add(entry(rows));
        if (best.size() > n) {
          best.remove();
        }
        progress.add(1);
      }
      progress.done();
    }
    List<Entry> top = new ArrayList<>(best);
    top.sort(order.reversed());
    return top;
  }

  private Entry entry(RowCursor row) {
    double norm = row.norm();
    double key =
        switch (by) {
          case occurrences -> row.occurrences();
          case norm -> norm;
          case last_seen -> row.lastSeenSec();
        };
    return new Entry(key, row.fid(), row.occurrences(), row.lastSeenSec(), norm);
  }
}
