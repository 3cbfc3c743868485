package dev.dolmen.traffic.replay;

import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.data.DatasetImport;
import dev.dolmen.server.data.EventWriter;
import dev.dolmen.server.data.Interaction;
import dev.dolmen.server.data.InteractionProfile;
import dev.dolmen.server.data.Interactions;
import dev.dolmen.server.data.ItemArrivals;
import dev.dolmen.traffic.generator.ArrivalSchedule;
import dev.dolmen.traffic.generator.CatalogUpload;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.generator.FeedbackStream;
import dev.dolmen.traffic.generator.FreshnessProbe;
import dev.dolmen.traffic.generator.ValidationTotals;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.StatusResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One replay of a dataset against one server. Confined to the thread that runs it. */
final class DatasetReplay {
  private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(120);

  /** Clicks whose new items come together, so that the server is not waited for all the time. */
  private static final long ARRIVE_EVERY = 1_024;

  private static final long QUIET_PROBE_MS = 2_500;

  private final Connection connection;
  private final DatasetImport read;
  private final InteractionProfile profile;
  private final ReplayOptions options;
  private final Terminal terminal;
  private final EventWriter writer;
  private final LiveCatalog live;
  private final ItemArrivals arrivals;
  private final List<Item> arriving = new ArrayList<>();
  private long arrivedOffset;
  private final SliceClock clock;
  private final List<Slice> slices = new ArrayList<>();
  private FreshnessProbe.@Nullable Click lastClick;

  /**
   * Sets it up.
   *
   * @param live what the server knows
   * @param arrivals the items of the dataset
   */
  DatasetReplay(
      Connection connection,
      DatasetImport read,
      LiveCatalog live,
      ItemArrivals arrivals,
      ReplayOptions options,
      Terminal terminal) {
    this.connection = connection;
    this.read = read;
    this.live = live;
    this.arrivals = arrivals;
    profile = read.profile();
    this.options = options;
    this.terminal = terminal;
    writer = read.events();
    clock = new SliceClock(profile, options.slices());
  }

  /**
   * Upserts the items that are there from the beginning and of which the server does not know all
   * that the files say; those without metadata as ids alone. What the server knows already does not
   * arrive again: it is brought up to date now.
   */
  long uploadCatalog() throws IOException, InterruptedException {
    ProgressBar bar = new ProgressBar(terminal, "catalogue", 0, System::nanoTime);
    List<Item> first = new ArrayList<>();
    arrivals.all().filter(live::knows).forEach(first::add);
    arrivals.before(
        ARRIVE_EVERY - 1,
        item -> {
          if (!live.knows(item)) {
            first.add(item);
          }
        });
    CatalogUpload upload = new CatalogUpload(connection);
    for (Item item : first) {
      Item now = live.upsert(item);
      if (now != null) {
        upload.add(now);
        bar.show(upload.sent(), "items");
      }
    }
    upload.finish();
    bar.done();
    return upload.sent();
  }

  /**
   * Upserts what arrives before a click, and waits until that is in the catalogue which was
   * upserted the last time: meanwhile the server had as many clicks to learn.
   */
  private void arrive(FeedbackStream stream, long click) throws IOException, InterruptedException {
    CatalogUpload.awaitApplied(connection, arrivedOffset);
    arrivals.before(
        click,
        item -> {
          if (!live.knows(item)) {
            arriving.add(item);
          }
        });
    if (!arriving.isEmpty()) {
      stream.flush();
      CatalogUpload upload = new CatalogUpload(connection);
      for (Item item : arriving) {
        upload.add(item);
      }
      arrivedOffset = upload.acknowledged().getLogOffset();
      arriving.clear();
    }
  }

  /** Publishes every interaction and waits until all are learned. */
  ReplayResult run() throws IOException, InterruptedException {
    ValidationTotals before = ValidationTotals.of(connection.status().getValidationTotal());
    long start = System.nanoTime();
    FreshnessProbe probe =
        new FreshnessProbe(
            connection, probeName("load"), options.probeIntervalMs(), this::lastClick);
    long duplicates;
    double seconds;
    try (probe;
        FeedbackStream stream =
            new FeedbackStream(
                connection.feedback(), options.window(), options.batch(), (ack, intended) -> {});
        Interactions clicks = read.interactions()) {
      publish(stream, clicks, before, start);
      seconds = (System.nanoTime() - start) / 1e9;
      duplicates = stream.duplicates();
    }
    FreshnessProbe quiet = new FreshnessProbe(connection, probeName("quiet"), 50, this::lastClick);
    try (quiet) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(QUIET_PROBE_MS));
    }
    StatusResponse status = connection.status();
    return new ReplayResult(
        profile.events(),
        duplicates,
        seconds,
        ValidationTotals.of(status.getValidationTotal()).minus(before),
        List.copyOf(slices),
        probe.latencies().total(),
        quiet.latencies().total(),
        status);
  }

  private String probeName(String phase) {
    return read.dataset().name() + "-" + phase + "-" + Long.toHexString(System.nanoTime());
  }

  private synchronized FreshnessProbe.@Nullable Click lastClick() {
    return lastClick;
  }

  private synchronized void lastClick(FreshnessProbe.Click click) {
    lastClick = click;
  }

  private void publish(
      FeedbackStream stream, Interactions clicks, ValidationTotals before, long start)
      throws IOException, InterruptedException {
    ProgressBar bar = new ProgressBar(terminal, "replay", profile.events(), System::nanoTime);
    Open open = new Open(before, start);
    double firstMs = Double.NaN;
    long sent = 0;
    Interaction click;
    while ((click = clicks.next()) != null) {
      if (sent % ARRIVE_EVERY == 0) {
        arrive(stream, sent + 2 * ARRIVE_EVERY - 1);
      }
      int slice = clock.slice(click.part(), click.time());
      if (slice != open.slice || click.part() != open.part) {
        open = close(stream, open, click.part(), slice);
      }
      long timeMs = writer.timeMs(click);
      firstMs = Double.isNaN(firstMs) ? timeMs : firstMs;
      if (options.speed() > 0) {
        pace(stream, start + (long) ((timeMs - firstMs) * 1e6 / options.speed()));
      }
      stream.send(writer.event(click), System.nanoTime());
      open.events++;
      sent++;
      if ((sent & 0xff) == 0) {
        lastClick(new FreshnessProbe.Click(click.item(), timeMs));
        bar.show(sent, this::note);
      }
    }
    arrive(stream, Long.MAX_VALUE);
    close(stream, open, -1, -1);
    bar.done();
  }

  /** Waits until an event's time has come; what waits for a full message goes out first. */
  private static void pace(FeedbackStream stream, long at)
      throws IOException, InterruptedException {
    if (at > System.nanoTime()) {
      stream.flush();
      ArrivalSchedule.await(at);
    }
  }

  private String note() {
    var window = connection.status().getValidationWindow();
    return String.format(
        Locale.ROOT,
        "recall@20 %.1f%% (popularity %.1f%%)",
        100 * window.getModel().getRecallAt20(),
        100 * window.getPopularity().getRecallAt20());
  }

  /** Ends a slice when all of it is learned, and opens the next. */
  private Open close(FeedbackStream stream, Open open, int part, int slice)
      throws IOException, InterruptedException {
    if (open.events > 0) {
      stream.drain();
      StatusResponse status = awaitLearned(stream.lastOffset());
      ValidationTotals totals = ValidationTotals.of(status.getValidationTotal());
      long now = System.nanoTime();
      slices.add(
          new Slice(
              clock.label(open.part, open.slice),
              open.part,
              open.events,
              (now - open.startNanos) / 1e9,
              totals.minus(open.before)));
      open = new Open(totals, now);
    }
    open.part = part;
    open.slice = slice;
    return open;
  }

  private StatusResponse awaitLearned(long offset) throws IOException {
    long moved = System.nanoTime();
    long learned = -1;
    while (true) {
      StatusResponse status = connection.status();
      if (status.getLearnedLogOffset() >= offset) {
        return status;
      }
      long now = System.nanoTime();
      if (status.getLearnedLogOffset() != learned) {
        learned = status.getLearnedLogOffset();
        moved = now;
      } else if (now - moved > STUCK_NANOS) {
        throw new IOException(
            "the server has learned nothing for two minutes: log offset "
                + offset
                + " is acknowledged, "
                + learned
                + " learned. "
                + status.getNotReadyReason());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  /** The slice being published. */
  private static final class Open {
    final ValidationTotals before;
    final long startNanos;
    int part;
    int slice;
    long events;

    Open(ValidationTotals before, long startNanos) {
      this.before = before;
      this.startNanos = startNanos;
    }
  }
}
