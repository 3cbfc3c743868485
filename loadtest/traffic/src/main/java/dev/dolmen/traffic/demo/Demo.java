package dev.dolmen.traffic.demo;

import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.generator.CatalogUpload;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.generator.FreshnessProbe;
import dev.dolmen.traffic.generator.ValidationTotals;
import dev.dolmen.v1.StatusResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One run of the demonstration against one server. Confined to the thread that runs it. */
final class Demo {
  private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long PROBE_EVERY_MS = 200;

  private final Connection connection;
  private final DemoOptions options;
  private final Terminal terminal;
  private final ProductCatalog catalog;
  private final RecallHistory recall = new RecallHistory();
  private final DemoView view;
  private final String runId;
  private Taste taste;
  private int era;
  private double changedSec = Double.NaN;

  Demo(Connection connection, DemoOptions options, Terminal terminal) {
    this.connection = connection;
    this.options = options;
    this.terminal = terminal;
    catalog = new ProductCatalog(ShopVocabulary.load(), options.seed());
    taste = Taste.of(catalog, options.seed(), 0);
    view = new DemoView(terminal, options, recall);
    runId = "demo-" + options.seed() + "-" + Long.toHexString(System.currentTimeMillis());
  }

  DemoResult run() throws IOException, InterruptedException {
    DemoResult watched = watch();
    Finale finale = new Finale(connection, catalog, taste, runId, terminal);
    return watched.withColdRanks(finale.show());
  }

  /** Everything but what is shown at the end. */
  DemoResult watch() throws IOException, InterruptedException {
    CatalogUpload.upload(connection, catalog.products().stream().map(ShopSchema::item).toList());
    terminal.paragraph(
        String.format(
            Locale.ROOT,
            "%,d products upserted; visitors start to arrive: %.0f clicks a second",
            catalog.products().size(),
            options.rate()));
    VisitorModel visitors = new VisitorModel(catalog, taste, runId, options.seed());
    long start = System.nanoTime();
    DemoTraffic traffic = new DemoTraffic(connection, visitors, options, runId);
    FreshnessProbe probe =
        new FreshnessProbe(connection, runId, PROBE_EVERY_MS, traffic::lastClick);
    try (traffic;
        probe) {
      watch(start, traffic, probe);
    }
    double seconds = recall.lastSecond();
    StatusResponse status = connection.status();
    return new DemoResult(
        seconds,
        changedSec,
        recall,
        ValidationTotals.of(status.getValidationTotal()),
        traffic.clicks(),
        traffic.answers(),
        traffic.errors(),
        traffic.notSent(),
        traffic.requestLatency().total(),
        traffic.publishLatency().total(),
        probe.latencies().total(),
        status.getClicksTotal(),
        status.getJoiner(),
        DemoView.rows(status),
        status.getModelVersion(),
        List.of());
  }

  private void watch(long start, DemoTraffic traffic, FreshnessProbe probe) throws IOException {
    double change = options.forever() ? options.seconds() : options.seconds() / 2;
    double second = 0;
    while (options.forever() || second < options.seconds()) {
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
      traffic.check();
      StatusResponse status = connection.status();
      second = (System.nanoTime() - start) / 1e9;
      recall.add(second, ValidationTotals.of(status.getValidationTotal()));
      if (second >= change) {
        changeTaste(traffic, second);
        change = options.forever() ? change + options.seconds() : Double.POSITIVE_INFINITY;
      }
      view.show(second, traffic, probe, status);
    }
  }

  private void changeTaste(DemoTraffic traffic, double second) {
    taste = Taste.of(catalog, options.seed(), ++era);
    traffic.change(taste);
    changedSec = second;
    view.note(
        second,
        "taste changes: other categories are in season, other products are talked about,"
            + " other things go together");
  }
}
