package dev.dolmen.bench.table;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.traffic.local.ProcessMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The process of one table: fills it, checks that it holds what ours would, and measures.
 * Arguments: a file with a {@link TableRun}, an empty folder, and the file to write the {@link
 * TableFigures} to. The heap is touched as a whole at the start, so that resident memory grows by
 * nothing but rows.
 */
public final class TableBenchProcess {
  private static final int WARM_UP_ROWS = 200_000;
  private static final long WARM_UP_NANOS = 3_000_000_000L;

  private final TableRun run;
  private final PlainAdagrad adagrad;
  private final Path directory;
  private final TableFill fill;
  private final List<TableLine> lines = new ArrayList<>();
  private double bytesPerRow;
  private @Nullable BudgetFigures budget;

  private TableBenchProcess(TableRun run, Path directory) {
    this.run = run;
    this.directory = directory;
    adagrad = run.adagrad();
    fill = new TableFill(adagrad);
  }

  /** Measures one table. */
  public static void main(String[] args) throws IOException, RunnerException {
    ObjectMapper mapper = new ObjectMapper();
    TableRun run = mapper.readValue(Path.of(args[0]).toFile(), TableRun.class);
    TableBenchProcess process = new TableBenchProcess(run, Path.of(args[1]));
    process.measure();
    mapper.writeValue(Path.of(args[2]).toFile(), new TableFigures(process.lines, process.budget));
  }

  private RowTable open(String name) throws IOException {
    Path folder = Files.createDirectory(directory.resolve(name));
    return RowTables.open(run.table(), folder, run.rows(), adagrad);
  }

  private void measure() throws IOException, RunnerException {
    touchMemory();
    try (RowTable cold = open("warm-up")) {
      fill.run(cold, Math.min(run.rows(), WARM_UP_ROWS));
      warmUp(cold);
    }
    if (run.snapshot()) {
      // Before other figures, whose leftovers would be taken off from it when they are collected.
      budget = BudgetFigures.measure(adagrad);
    }
    List<TableFill.Figures> fills = new ArrayList<>();
    long before = memoryBytes();
    try (RowTable table = open("table")) {
      fills.add(fill.run(table, run.rows()));
      table.settle();
      bytesPerRow = (double) (memoryBytes() + table.otherProcessBytes() - before) / run.rows();
      fill.check(table, run.rows());
      for (TablePoint point : run.points()) {
        measure(table, point);
      }
      if (run.snapshot() && table instanceof DolmenRows ours) {
        lines.addAll(new SnapshotFigures(run, directory).snapshot(ours.table()));
      }
    }
    if (run.snapshot()) {
      lines.addAll(new SnapshotFigures(run, directory).restore());
    }
    while (fills.size() < run.fills()) {
      try (RowTable again = open("again-" + fills.size())) {
        fills.add(fill.run(again, run.rows()));
      }
    }
    lines.add(insertLine(fills));
  }

  /**
   * Touches as much memory outside of the heap as the rows will take, and gives it back: on a
   * virtual machine the first use ever of a page is the host's fault to handle, one to two
   * milliseconds a mebibyte, which tables on the heap do not pay either, as it is touched at the
   * start.
   */
  private void touchMemory() {
    try (Arena arena = Arena.ofConfined()) {
      arena.allocate((long) run.rows() * 4 * adagrad.rowFloats(), Long.BYTES).fill((byte) 1);
    }
  }

  /** Until the compiler is through: vector code is a hundred times slower before. */
  private void warmUp(RowTable table) throws IOException {
    long[] fids = new long[RowKeys.DISTINCT];
    float[] rows = new float[RowKeys.DISTINCT * run.dim()];
    float[] gradients = TableOperations.gradients(rows.length);
    long until = System.nanoTime() + WARM_UP_NANOS;
    try (RowTable.RowSession session = table.session()) {
      for (int from = 0; System.nanoTime() < until; from = (from + 1_024) % WARM_UP_ROWS) {
        RowKeys.insertion(from, fids.length, fids);
        session.find(fids, 0, fids.length, rows);
        session.update(fids, 0, fids.length, gradients);
      }
    }
  }

  /** Resident memory, and of the heap, which is resident from the start, what lives. */
  static long memoryBytes() throws IOException {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ProcessMemory.rssBytes(ProcessHandle.current().pid())
            .orElseThrow(() -> new IOException("no /proc/self/status: not Linux"))
        + ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private TableLine insertLine(List<TableFill.Figures> fills) {
    List<TableFill.Figures> sorted =
        fills.stream()
            .sorted((a, b) -> Double.compare(a.rowsPerSecond(), b.rowsPerSecond()))
            .toList();
    TableFill.Figures median = sorted.get(sorted.size() / 2);
    TablePoint point = TablePoint.base("insert");
    return line(point, median.rowsPerSecond(), median.allocatedBytesPerCall());
  }

  private void measure(RowTable table, TablePoint point) throws RunnerException {
    List<long[]> pools = new ArrayList<>();
    for (int thread = 0; thread < point.threads(); thread++) {
      pools.add(RowKeys.pool(point.keys(), run.rows(), point.hitShare(), thread));
    }
    TableOperations.measure(new TableOperations.Workload(table, point, run.dim(), pools));
    Options options =
        new OptionsBuilder()
            .include("^" + TableOperations.class.getName() + "\\." + point.op() + "$")
            .forks(0) // This process is the fork.
            .threads(point.threads())
            .warmupIterations(1)
            .warmupTime(TimeValue.milliseconds(run.iterationMs()))
            .measurementIterations(run.iterations())
            .measurementTime(TimeValue.milliseconds(run.iterationMs()))
            .addProfiler(GCProfiler.class)
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .build();
    Collection<RunResult> results = new Runner(options).run();
    RunResult result = results.iterator().next();
    double callsPerSecond = result.getPrimaryResult().getStatistics().getPercentile(50);
    Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
    lines.add(
        line(
            point,
            callsPerSecond * point.batch(),
            allocated == null ? Double.NaN : allocated.getStatistics().getPercentile(50)));
  }

  private TableLine line(TablePoint point, double rowsPerSecond, double allocatedBytes) {
    return new TableLine(
        point.op(),
        run.table(),
        run.rows(),
        run.dim(),
        point.keys().name().toLowerCase(Locale.ROOT),
        point.hitShare(),
        point.batch(),
        point.threads(),
        rowsPerSecond,
        bytesPerRow,
        Double.isNaN(allocatedBytes) ? null : allocatedBytes,
        null,
        null);
  }
}
