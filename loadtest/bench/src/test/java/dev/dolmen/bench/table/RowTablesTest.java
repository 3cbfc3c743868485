package dev.dolmen.bench.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the benchmark compares answers the same questions with the same rows. */
class RowTablesTest {
  private static final int ROWS = 5_000;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "dolmen, false", "chronicle-plain, false", "chm, false", "agrona, false", "rocksdb, false",
    "dolmen, true", "chronicle-plain, true", "chm, true", "agrona, true", "rocksdb, true"
  })
  void everyTableHoldsAndLearnsTheSameRows(String name, boolean rowWise) throws IOException {
    PlainAdagrad adagrad = new PlainAdagrad(32, rowWise);
    TableFill fill = new TableFill(adagrad);
    try (RowTable table = RowTables.open(name, directory, ROWS, adagrad)) {
      assertThat(fill.run(table, ROWS).rowsPerSecond()).isPositive();
      fill.check(table, ROWS);
    }
  }

  @Test
  void ourTableIsSnapshottedAndRestored() throws IOException {
    TableRun run = new TableRun(RowTables.DOLMEN, ROWS, 32, false, List.of(), true, 1, 1, 1);
    SnapshotFigures figures = new SnapshotFigures(run, directory);
    try (DolmenRows table = new DolmenRows(ROWS, run.adagrad(), RowKeys.DISTINCT)) {
      new TableFill(run.adagrad()).run(table, ROWS);
      List<TableLine> lines = figures.snapshot(table.table());
      assertThat(lines).hasSize(2).allMatch(l -> l.op().equals("snapshot") && l.pauseMs() != null);
    }
    assertThat(figures.restore()).singleElement().matches(l -> l.op().equals("restore"));
  }

  @ParameterizedTest
  @CsvSource({"UNIFORM, 1", "UNIFORM, 0.5", "ZIPF, 1", "ZIPF, 0.5"})
  void keysHitAsOftenAsAsked(RowKeys.Kind kind, double hitShare) {
    Set<Long> inserted = new HashSet<>();
    LongStream.range(0, 100_000).map(RowKeys::fid).forEach(inserted::add);
    long[] pool = RowKeys.pool(kind, 100_000, hitShare, 0);
    double hits = LongStream.of(pool).filter(inserted::contains).count();
    assertThat(hits / pool.length).isCloseTo(hitShare, within(0.03));
    assertThat(LongStream.of(pool).limit(RowKeys.DISTINCT).distinct().count())
        .isEqualTo(RowKeys.DISTINCT);
    assertThat(RowKeys.pool(kind, 100_000, hitShare, 1)).isNotEqualTo(pool);
  }

  /** Held against the chances themselves, summed up. */
  @Test
  void ranksFallAsZipfSays() {
    int n = 1_000;
    double exponent = 1.05;
    ZipfRanks zipf = new ZipfRanks(n, exponent);
    int[] count = new int[n + 1];
    int draws = 400_000;
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < draws; i++) {
      count[zipf.draw(random)]++;
    }
    double sum = 0;
    for (int rank = 1; rank <= n; rank++) {
      sum += Math.pow(rank, -exponent);
    }
    for (int rank : new int[] {1, 2, 3, 10, 100, 500, 1_000}) {
      double chance = Math.pow(rank, -exponent) / sum;
      double standardError = Math.sqrt(chance * (1 - chance) / draws);
      assertThat((double) count[rank] / draws)
          .as("rank %d", rank)
          .isCloseTo(chance, within(4.5 * standardError));
    }
  }

  @Test
  void reportsAndRatiosHaveEveryKeyThatWasPromised() {
    TableLine ours = line(RowTables.DOLMEN, 6e6);
    TableReport report = new TableReport(List.of(ours, line(RowTables.AGRONA, 2e6)), null, false);
    assertThat(report.text()).contains("agrona").contains("2.00 (3.0)").contains("1,000");
    assertThat(report.json("here").text())
        .contains(
            "\"op\"",
            "\"table\"",
            "\"rows\"",
            "\"dim\"",
            "\"keys\"",
            "\"hit_share\"",
            "\"batch\"",
            "\"threads\"",
            "\"rows_per_second\"",
            "\"bytes_per_row\"",
            "\"allocated_bytes_per_op\"",
            "\"peer\" : \"agrona\"",
            "\"ratio\" : 3.0");
  }

  private static TableLine line(String table, double rowsPerSecond) {
    return new TableLine(
        "find", table, 1_000, 64, "uniform", 1, 1_024, 1, rowsPerSecond, 600.0, 0.0, null, null);
  }

  @Test
  void theStandardDesignTakesEveryAxis() {
    List<TableRun> runs = TableDesign.STANDARD.runs(RowTables.NAMES, false);
    List<TablePoint> points = runs.stream().flatMap(r -> r.points().stream()).toList();
    assertThat(runs.stream().map(TableRun::rows)).contains(1_000_000, 10_000_000);
    assertThat(runs.stream().map(TableRun::dim)).contains(32, 64);
    assertThat(points.stream().map(TablePoint::keys)).contains(RowKeys.Kind.values());
    assertThat(points.stream().map(TablePoint::hitShare)).contains(0.5, 1.0);
    assertThat(points.stream().map(TablePoint::batch)).contains(1, 64, 1_024);
    assertThat(points.stream().map(TablePoint::threads)).contains(1, 2);
    assertThat(points.stream().filter(p -> p.op().equals(TablePoint.UPDATE)))
        .as("one writer")
        .allMatch(p -> p.threads() == 1);
  }
}
